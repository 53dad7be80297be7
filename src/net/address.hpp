#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice::net {

/// An address of either kind; IPv4 is held as IPv4-mapped IPv6, so that both are compared alike.
using Address = std::array<std::uint8_t, 16>;

/// "192.0.2.1", "2001:db8::1"; nothing else, no name and no port.
std::optional<Address> parse_address(std::string_view text);
bool is_loopback(Address const& address);

/// A block of addresses.
struct AddressRange {
  Address address{};
  int bits = 128;  ///< of the prefix
  bool contains(Address const& other) const;
};

/// "10.1.0.0/16", "127.0.0.1", "fd00::/8".
Result<AddressRange> parse_range(std::string_view text);

}  // namespace sluice::net
