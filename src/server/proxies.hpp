#pragma once

#include <string>
#include <vector>

#include "net/address.hpp"
#include "net/server.hpp"

namespace sluice::server {

/// The proxies that an operator declared: what they say of a request's origin is believed, and
/// nobody else's word (operability M19).
class Proxies {
 public:
  Proxies() = default;
  explicit Proxies(std::vector<net::AddressRange> trusted) : trusted_(std::move(trusted)) {}

  bool none() const { return trusted_.empty(); }
  bool trusts(std::string const& peer) const;
  /// Whose request it is: the peer itself; of a request that a proxy passed on, the last address in
  /// X-Forwarded-For that is no proxy. invalid_input: a proxy wrote something else there than
  /// addresses divided by commas.
  Result<std::string> source_of(net::Incoming const& request) const;

 private:
  std::vector<net::AddressRange> trusted_;
};

}  // namespace sluice::server
