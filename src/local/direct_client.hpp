#pragma once

#include "local/endpoint.hpp"
#include "net/client.hpp"

namespace sluice::local {

/// Speaks to an endpoint in the same process, without sockets. URLs name a loopback host, for
/// example Endpoint::url(), as they would over HTTP: the endpoint checks that here too. Every
/// request goes to `endpoint`. Used by the simulator and `--local`. Thread-safe.
class DirectClient final : public net::Client {
 public:
  /// `endpoint` must outlive it.
  explicit DirectClient(Endpoint& endpoint) : endpoint_(endpoint) {}

  /// A connection cut by a fault is a failure that may have arrived, as on a real one. Time-outs of
  /// `options` do not apply: the answer is computed on the caller's thread.
  std::expected<net::Response, net::Failure> send(net::Request const& request,
                                                  net::SendOptions const& options,
                                                  std::stop_token stop) override;

 private:
  Endpoint& endpoint_;
};

}  // namespace sluice::local
