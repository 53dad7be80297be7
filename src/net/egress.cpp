#include "net/egress.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/strings.hpp"

namespace sluice::net {
namespace {

constexpr std::size_t most_answer = 1 << 20;
constexpr Duration longest_request = std::chrono::seconds(15);

/// IANA's registries of special-purpose addresses, what is not reachable from everywhere.
constexpr char const* special[] = {
    "0.0.0.0/8",       "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12",   "192.0.0.0/24",   "192.0.2.0/24",  "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",   "240.0.0.0/4",    "::/96",
    "64:ff9b:1::/48",  "100::/64",       "2001:db8::/32", "5f00::/16",      "fc00::/7",
    "fe80::/10",       "fec0::/10",      "ff00::/8"};

std::vector<AddressRange> const& special_ranges() {
  static std::vector<AddressRange> const ranges = [] {
    std::vector<AddressRange> out;
    for (auto text : special) {
      auto range = parse_range(text);
      ENSURE(range.has_value());
      out.push_back(*range);
    }
    return out;
  }();
  return ranges;
}

/// The IPv4 address inside an IPv6 one that only wraps it: NAT64, 6to4 and Teredo.
std::optional<Address> wrapped(Address const& address) {
  auto v4 = [](std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    return Address{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, a, b, c, d};
  };
  static AddressRange const nat64 = *parse_range("64:ff9b::/96");
  static AddressRange const six_to_four = *parse_range("2002::/16");
  static AddressRange const teredo = *parse_range("2001::/32");
  auto const& a = address;
  if (nat64.contains(address)) return v4(a[12], a[13], a[14], a[15]);
  if (six_to_four.contains(address)) return v4(a[2], a[3], a[4], a[5]);
  auto flipped = [](std::uint8_t byte) { return static_cast<std::uint8_t>(byte ^ 0xFF); };
  if (teredo.contains(address))
    return v4(flipped(a[12]), flipped(a[13]), flipped(a[14]), flipped(a[15]));
  return std::nullopt;
}

class GuardedClient final : public Client {
 public:
  GuardedClient(Client& client, EgressRules rules)
      : client_(client), rules_(std::make_shared<EgressRules const>(std::move(rules))) {}

  std::expected<Response, Failure> send(Request const& request, SendOptions const& options,
                                        std::stop_token stop) override {
    SendOptions guarded = options;
    guarded.egress = rules_;
    guarded.max_response = std::min(options.max_response, most_answer);
    bool longer =
        options.total_timeout <= Duration::zero() || options.total_timeout > longest_request;
    if (longer) guarded.total_timeout = longest_request;
    return client_.send(request, guarded, std::move(stop));
  }

 private:
  Client& client_;
  std::shared_ptr<EgressRules const> rules_;
};

}  // namespace

Result<void> EgressRules::allow(std::string_view range) {
  auto read = parse_range(range);
  if (!read) return std::unexpected(read.error());
  allowed_.push_back(*read);
  return {};
}

bool EgressRules::allows(Address const& address) const {
  auto holds = [&](AddressRange const& range) { return range.contains(address); };
  if (std::ranges::any_of(allowed_, holds)) return true;
  if (std::ranges::any_of(special_ranges(), holds)) return false;
  auto inside = wrapped(address);
  return !inside || allows(*inside);
}

bool EgressRules::allows(sockaddr const& address) const {
  Address bytes{};
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 six{};
    std::memcpy(&six, &address, sizeof six);
    std::memcpy(bytes.data(), &six.sin6_addr, bytes.size());
    return allows(bytes);
  }
  if (address.sa_family != AF_INET) return false;
  sockaddr_in four{};
  std::memcpy(&four, &address, sizeof four);
  bytes[10] = bytes[11] = 0xFF;
  std::memcpy(bytes.data() + 12, &four.sin_addr, 4);
  return allows(bytes);
}

std::unique_ptr<Client> under_rules(Client& client, EgressRules rules) {
  return std::make_unique<GuardedClient>(client, std::move(rules));
}

}  // namespace sluice::net
