#include "server/proxies.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace sluice::server {
namespace {

constexpr char field_name[] = "X-Forwarded-For";
/// More hops than any chain of proxies has.
constexpr std::size_t most_hops = 32;

}  // namespace

bool Proxies::trusts(std::string const& peer) const {
  auto address = net::parse_address(peer);
  return address &&
         std::ranges::any_of(trusted_, [&](auto const& range) { return range.contains(*address); });
}

Result<std::string> Proxies::source_of(net::Incoming const& request) const {
  if (!trusts(request.peer)) return request.peer;
  std::vector<std::string> hops;
  for (auto const& [name, value] : request.headers.all())
    if (equal_ignoring_case(name, field_name))
      for (auto const& hop : split(value, ',')) hops.emplace_back(trim(hop));
  auto is_address = [](std::string const& hop) { return net::parse_address(hop).has_value(); };
  if (hops.size() > most_hops || !std::ranges::all_of(hops, is_address))
    return fail(ErrorCode::invalid_input,
                std::string(field_name) + " must hold addresses divided by commas", "");
  // From the right: what stands further left was written by whoever stands right of it.
  std::string source = request.peer;
  while (!hops.empty() && trusts(source)) {
    source = std::move(hops.back());
    hops.pop_back();
  }
  return source;
}

}  // namespace sluice::server
