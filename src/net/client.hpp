#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/time.hpp"
#include "net/http.hpp"

namespace sluice::net {

/// Why there is no response. `may_have_arrived` decides whether the request may simply be sent again:
/// false only where it surely never left (no connection, refused, name not found).
struct Failure {
  Error error;
  bool may_have_arrived = false;
};

struct SendOptions {
  Duration connect_timeout = std::chrono::seconds(5);
  Duration total_timeout = std::chrono::seconds(30);  ///< zero: none
  std::size_t max_response = 64 << 20;
  /// Receives the body of a 2xx response piece by piece instead of `Response::body`.
  std::function<Result<void>(std::string_view)> sink;
  std::string unix_socket;  ///< connects here instead of to the URL's host
};

/// The port through which everything speaks HTTP. Thread-safe; `send` blocks and returns early, with
/// ErrorCode::cancelled, when `stop` is requested.
class Client {
 public:
  virtual ~Client() = default;
  virtual std::expected<Response, Failure> send(Request const& request, SendOptions const& options,
                                                std::stop_token stop) = 0;
};

struct ClientOptions {
  bool verify_tls = true;
  std::string ca_file;     ///< besides the system's; AWS_CA_BUNDLE
  bool use_proxies = true; ///< HTTPS_PROXY, HTTP_PROXY, NO_PROXY, as libcurl reads them
  std::string user_agent;
};

/// libcurl: one thread owns the multi handle and pools connections. The thread starts with the first
/// request, so that a command that sends none pays nothing.
std::unique_ptr<Client> make_client(ClientOptions options = {});

}  // namespace sluice::net
