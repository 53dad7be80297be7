#pragma once

#include <string>

#include "base/json.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "net/client.hpp"

namespace sluice::server {

struct RemoteOptions {
  std::string base_url = "http://localhost";  ///< without a path
  std::string unix_socket;                    ///< connects here instead of to the URL's host
  Secret token;                               ///< sent as Bearer; empty: none
  Duration connect_timeout = std::chrono::seconds(5);
  Duration timeout = std::chrono::seconds(30);
  /// A stream without even a heartbeat for so long is given up and taken up again.
  Duration silence = std::chrono::seconds(30);
  /// How often a request that may be repeated is sent once more where it was not answered, and how
  /// long a follower tries to reach whoever executes its run. Zero, for the holder of a store: not
  /// at all, and a few times, since somebody else takes its place.
  int repeats = 0;
  Duration patience{};
  Clock* clock = &system_clock();
  Random* random = &system_random();
};

/// Sends requests to the API and understands its errors. Every POST carries an Idempotency-Key of
/// its own, kept over repetitions, so that all of them may be repeated. Thread-safe.
class ApiClient {
 public:
  /// `client`, clock and random must outlive it.
  ApiClient(net::Client& client, RemoteOptions options);

  /// `request.url` is a path; any answer comes back. ErrorCode::unavailable: there is none.
  Result<net::Response> exchange(net::Request request, std::stop_token stop = {});
  /// The same with another time for each try.
  Result<net::Response> exchange_for(net::Request request, Duration timeout, std::stop_token stop);
  /// One try.
  Result<net::Response> exchange_once(net::Request request, Duration timeout, std::stop_token stop);
  /// Anything but 200 is an error.
  Result<json::Value> get_json(std::string const& path, std::stop_token stop = {});
  /// Any answer.
  Result<net::Response> post(std::string const& path, json::Value const& body);
  /// What a request of the caller's own needs: the URL, who asks, and where to connect.
  void complete(net::Request& request, net::SendOptions& send) const;

  /// The error that the other side answered; where it is about the token, with how to get one.
  Error refusal(net::Response const& response) const;
  RemoteOptions const& options() const { return options_; }
  /// Not another process of this user that may go away with its store: a server, which stays.
  bool is_server() const { return options_.patience > Duration{}; }

 private:
  net::Client& client_;
  RemoteOptions options_;
};

/// Whether an answer says that the same request may be answered otherwise in a moment, and when.
std::optional<Duration> try_again_after(net::Response const& response);

}  // namespace sluice::server
