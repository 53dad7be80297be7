#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "local/endpoint.hpp"
#include "net/server.hpp"
#include "samples.hpp"

namespace sluice::bench {

/// One call as the endpoint saw it: handed to it at `in`, answered at `out`.
struct SeenCall {
  std::string service, operation, resource;
  Instant in, out;
  int status = 0;
};

/// The local endpoint behind a socket on loopback, with a finer clock on every call than its own
/// log has. Throttling is off at first: most benches measure the client, not the limit.
class Stand {
 public:
  Stand();
  ~Stand();

  std::string const& url() const { return url_; }
  /// How long functions stay Pending and updates InProgress from now on.
  void set_settle_delay(Duration delay);
  /// Calls per second of an account and Region that the control plane lets through; AWS: 15.
  void set_throttle(int rate);
  /// Forgets the calls seen so far.
  void clear();
  /// In the order they came in; links to function code and the like are no AWS calls and left out.
  std::vector<SeenCall> calls();

 private:
  net::Response handle(net::Incoming const& request);
  void set(json::Value const& setting);

  std::unique_ptr<local::Endpoint> endpoint_;
  std::mutex mutex_;
  std::vector<std::pair<std::string, SeenCall>> seen_;  ///< by request id
  std::unique_ptr<net::Server> server_;
  std::string url_;
};

}  // namespace sluice::bench
