#include "net/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "base/strings.hpp"

namespace sluice::net {
namespace {

std::optional<AddressRange> range_of(std::string_view text) {
  std::size_t slash = text.find('/');
  auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  AddressRange range{*address, 128};
  if (slash == std::string_view::npos) return range;
  bool v4 = !text.contains(':');
  std::string const bits(text.substr(slash + 1));
  int count = 0;
  auto [end, problem] = std::from_chars(bits.data(), bits.data() + bits.size(), count);
  bool whole = problem == std::errc() && end == bits.data() + bits.size();
  if (!whole || count < 0 || count > (v4 ? 32 : 128)) return std::nullopt;
  range.bits = v4 ? count + 96 : count;
  return range;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  std::string const whole(text);
  Address address{};
  if (inet_pton(AF_INET6, whole.c_str(), address.data()) == 1) return address;
  address[10] = address[11] = 0xFF;
  if (inet_pton(AF_INET, whole.c_str(), address.data() + 12) == 1) return address;
  return std::nullopt;
}

bool is_loopback(Address const& address) {
  static AddressRange const four = *range_of("127.0.0.0/8");
  static AddressRange const six = *range_of("::1");
  return four.contains(address) || six.contains(address);
}

bool AddressRange::contains(Address const& other) const {
  for (int bit = 0; bit < bits; bit += 8) {
    auto byte = static_cast<std::size_t>(bit / 8);
    int left = std::min(8, bits - bit);
    int mask = 0xFF << (8 - left);
    if ((address[byte] & mask) != (other[byte] & mask)) return false;
  }
  return true;
}

Result<AddressRange> parse_range(std::string_view text) {
  auto range = range_of(trim(text));
  if (range) return *range;
  return fail(ErrorCode::invalid_input,
              "'" + printable(text) + "' is no address and no range of addresses",
              "For example 10.20.0.0/16, 192.168.7.5 or fd00::/8.");
}

}  // namespace sluice::net
