#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/time.hpp"
#include "net/http.hpp"

namespace sluice::net {

class EgressRules;

/// Why there is no response. `may_have_arrived` decides whether the request may simply be sent
/// again: false only where it surely never left (no connection, refused, name not found).
struct Failure {
  Error error;
  bool may_have_arrived = false;
};

struct SendOptions {
  Duration connect_timeout = std::chrono::seconds(5);
  Duration total_timeout = std::chrono::seconds(30);  ///< zero: none
  std::size_t max_response = 64 << 20;                ///< of a body held in memory
  /// Receives the body of a 2xx response piece by piece instead of `Response::body`, on the thread
  /// that called `send`. Its error ends the request and is returned.
  std::function<Result<void>(std::string_view)> sink;
  /// Judges every address before it is connected to (egress.hpp); none: all are fine.
  std::shared_ptr<EgressRules const> egress;
  std::string unix_socket;  ///< connects here instead of to the URL's host
};

/// The port through which everything speaks HTTP. Thread-safe; `send` blocks and returns early,
/// with ErrorCode::cancelled, when `stop` is requested. No redirect is followed, and only GET, HEAD
/// and OPTIONS may be written a second time, where a pooled connection ended without any answer.
class Client {
 public:
  virtual ~Client() = default;
  virtual std::expected<Response, Failure> send(Request const& request, SendOptions const& options,
                                                std::stop_token stop) = 0;
};

struct ClientOptions {
  bool verify_tls = true;
  std::string ca_file;  ///< besides the system's; AWS_CA_BUNDLE
  /// https_proxy, http_proxy, all_proxy and no_proxy, for loopback too. As with curl, upper case
  /// works for all but HTTP_PROXY, which a CGI request's header could set.
  bool use_proxies = true;
  std::string user_agent;
};

/// libcurl: one thread owns the multi handle and pools connections. The thread starts with the
/// first request, so that a command that sends none pays nothing. Must outlive every call of
/// `send`.
std::unique_ptr<Client> make_client(ClientOptions options = {});

}  // namespace sluice::net
