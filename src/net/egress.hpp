#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/address.hpp"
#include "net/client.hpp"

struct sockaddr;

namespace sluice::net {

/// Where requests to URLs that somebody else wrote may go: public addresses, and what the operator
/// allows besides. Not: loopback, private, link-local (with the clouds' metadata addresses),
/// carrier-grade NAT, multicast, unspecified, documentation and reserved ranges, and the IPv6 forms
/// that carry such an IPv4 address.
class EgressRules {
 public:
  /// "10.1.0.0/16", "127.0.0.1", "fd00::/8".
  Result<void> allow(std::string_view range);

  /// `address`: AF_INET or AF_INET6; any other family is not allowed.
  bool allows(sockaddr const& address) const;
  bool allows(Address const& address) const;

 private:
  std::vector<AddressRange> allowed_;
};

/// Sends under rules: each address is judged when the socket to it is opened, so that what a name
/// resolves to between a check and the connection does not matter. Goes past the proxies of the
/// environment, whose view of addresses is not ours. At most 1 MiB of answer and 15 s.
/// ErrorCode::denied where an address is not allowed. `client` must outlive it.
std::unique_ptr<Client> under_rules(Client& client, EgressRules rules);

}  // namespace sluice::net
