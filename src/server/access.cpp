#include "server/access.hpp"

#include <algorithm>
#include <array>

#include "base/strings.hpp"

namespace sluice::server {
namespace {

struct RoleRow {
  Role role;
  std::string_view name;
  std::set<Permission> permissions;
};

std::array<RoleRow, 5> const& table() {
  using enum Permission;
  static std::array<RoleRow, 5> const rows = {{
      {Role::viewer, "viewer", {anyone, view}},
      {Role::operator_, "operator", {anyone, view, operate}},
      {Role::approver, "approver", {anyone, view, approve}},
      {Role::maintainer, "maintainer", {anyone, view, operate, maintain}},
      {Role::admin, "admin", {anyone, view, operate, approve, maintain, administer}},
  }};
  return rows;
}

class SameUser final : public Access {
 public:
  Result<Principal> principal_of(net::Incoming const&) override {
    return Principal{"", {Role::admin}};
  }
  bool is_our_host(std::string const& host) const override {
    return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  }
  bool takes_credentials() const override { return true; }
};

}  // namespace

std::string_view name_of(Role role) { return table()[static_cast<std::size_t>(role)].name; }

Result<Role> role_of(std::string_view name) {
  for (auto const& row : table())
    if (row.name == name) return row.role;
  return fail(ErrorCode::invalid_input, "there is no role '" + printable(name) + "'",
              "The roles are viewer, operator, approver, maintainer and admin.");
}

std::set<Permission> const& permissions_of(Role role) {
  return table()[static_cast<std::size_t>(role)].permissions;
}

bool may(Principal const& who, Permission permission) {
  if (permission == Permission::anyone) return true;
  return std::ranges::any_of(who.roles,
                             [&](Role role) { return permissions_of(role).contains(permission); });
}

std::unique_ptr<Access> same_user() { return std::make_unique<SameUser>(); }

}  // namespace sluice::server
