#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "aws/budget.hpp"
#include "aws/call.hpp"
#include "aws/credentials.hpp"
#include "aws/endpoints.hpp"
#include "aws/retry.hpp"
#include "base/random.hpp"
#include "net/client.hpp"

namespace sluice::aws {

/// One request of one operation, everything still decoded: the signer alone escapes.
struct Spec {
  Service service = Service::lambda;
  std::string operation;  ///< "UpdateAlias"
  Kind kind = Kind::read;
  Lane lane = Lane::normal;
  std::string region;
  std::string resource;  ///< for messages: "orders:live"; the region is added
  std::string action;    ///< IAM action where it is not iam_prefix:operation
  std::string arn;       ///< for the remedy; empty: "*"

  std::string method = "GET";
  std::vector<std::string> path;  ///< segments; none: "/". A last empty one ends the path with '/'
  net::Pairs query;
  net::Headers headers;
  std::string body;
  std::shared_ptr<net::BodySource const> stream;  ///< instead of `body`

  std::string bucket;               ///< S3: goes into the host or in front of `path`
  std::optional<Duration> timeout;  ///< of one attempt; else the caller's
  /// Receives a 2xx body piece by piece. `restart` is called before every attempt.
  std::function<Result<void>(std::string_view)> sink;
  std::function<Result<void>()> restart;
};

/// One attempt as an observer sees it.
struct Attempt {
  Service service;
  std::string operation, resource, region;
  int number = 1;       ///< from 1
  int status = 0;       ///< 0: no answer
  std::string code;     ///< AWS's error code; empty on success
  std::string message;  ///< the reason of a failure
  std::string request_id;
  Duration duration{0};  ///< of the exchange, without waiting for a turn
  bool will_repeat = false;
};

/// What a caller stands on. All must outlive every copy of it.
struct Ports {
  net::Client& client;
  Clock& clock;
  Random& random;
  Budget& budget;
};

struct CallerOptions {
  std::string account;  ///< the budget's key, where it is known beforehand
  Endpoints endpoints;
  RetryOptions retry;
  Duration connect_timeout = std::chrono::seconds(5);
  Duration total_timeout = std::chrono::seconds(30);
  bool s3_path_style = false;
  std::function<void(Attempt const&)> observer;  ///< called on the calling thread, outside locks
};

/// One identity's way to AWS: takes a turn in the budget, signs, sends, retries, classifies.
/// Thread-safe. A copy is cheap and shares the retry quota and the clock correction.
class Caller {
 public:
  Caller(Ports ports, std::shared_ptr<Provider> provider, CallerOptions options);

  /// The same caller whose calls end with Trouble::cancelled once `stop` is requested.
  Caller with(std::stop_token stop) const;
  /// The same ports, options, quota and stop token with another identity.
  Caller as(std::shared_ptr<Provider> provider, std::string account) const;

  /// The 2xx response. A write is re-sent only if it was never sent or was throttled (design E2);
  /// where it may have taken effect the answer is Trouble::maybe_done.
  Answer<net::Response> call(Spec const& spec) const;

  Ports const& ports() const;
  CallerOptions const& options() const;
  Provider& provider() const;
  std::stop_token stop() const { return stop_; }

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::stop_token stop_;
};

}  // namespace sluice::aws
