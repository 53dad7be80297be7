#include "server/token_access.hpp"

#include <arpa/inet.h>

#include <array>

#include "base/strings.hpp"
#include "server/audit.hpp"

namespace sluice::server {
namespace {

Result<std::string_view> bearer_of(net::Incoming const& request) {
  constexpr std::string_view scheme = "bearer ";
  std::string_view field = request.headers.get("Authorization");
  if (field.empty())
    return fail(ErrorCode::denied, "this needs an API token",
                "Send it as 'Authorization: Bearer sluice_api_…'; sluice token create makes one.");
  if (!equal_ignoring_case(field.substr(0, scheme.size()), scheme))
    return fail(ErrorCode::denied, "the only authorization understood here is 'Bearer TOKEN'", "");
  return trim(field.substr(scheme.size()));
}

bool is_address(std::string const& host) {
  std::array<unsigned char, 16> address{};
  if (inet_pton(AF_INET, host.c_str(), address.data()) == 1) return true;
  if (!host.starts_with('[') || !host.ends_with(']')) return false;
  return inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), address.data()) == 1;
}

}  // namespace

Result<Principal> TokenAccess::principal_of(net::Incoming const& request) {
  auto text = bearer_of(request);
  // Nobody has tried anything who shows nothing.
  if (!text && request.headers.get("Authorization").empty()) return std::unexpected(text.error());
  auto token = text ? tokens_.check(*text) : std::unexpected(text.error());
  if (token) return Principal{token->name, token->roles};
  if (token.error().code != ErrorCode::denied) return std::unexpected(token.error());
  if (failures_.wait_of(request.peer))
    return fail(ErrorCode::throttled, "too many attempts with wrong tokens from " + request.peer,
                "Wait as long as Retry-After says.");
  int const failures = failures_.count(request.peer);
  audit("authentication_failed", {}, request,
        {{"reason", token.error().message}, {"failures", failures}});
  return std::unexpected(token.error());
}

Duration TokenAccess::retry_after(net::Incoming const& request) {
  return failures_.wait_of(request.peer).value_or(std::chrono::seconds(1));
}

bool TokenAccess::is_our_host(std::string const& host) const {
  return hosts_.names.contains(host) || (hosts_.any_address && is_address(host));
}

}  // namespace sluice::server
