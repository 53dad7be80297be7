#pragma once

#include <memory>
#include <set>
#include <string>

#include "net/server.hpp"

/// Who asks, and what they may do (operability M5, M6).
namespace sluice::server {

/// What a route needs. Each role has some of them: see permissions_of.
enum class Permission {
  anyone,      ///< nothing, not even a name
  view,        ///< read runs, plans, journals
  operate,     ///< start, stop, roll back, pause, continue, skip, retry
  approve,     ///< answer what a plan asks people
  maintain,    ///< secrets, packages, what is kept
  administer,  ///< tokens
};

enum class Role { viewer, operator_, approver, maintainer, admin };

std::string_view name_of(Role role);
Result<Role> role_of(std::string_view name);
std::set<Permission> const& permissions_of(Role role);

/// Who has shown who they are.
struct Principal {
  std::string name;  ///< recorded as the requester of runs and the giver of answers
  std::set<Role> roles;
};

bool may(Principal const& who, Permission permission);

/// Finds out who sent a request. Thread-safe.
class Access {
 public:
  virtual ~Access() = default;
  /// denied, with 401 as its status: nothing shows who asks. `request` is complete.
  /// throttled: it has to wait first, as long as `retry_after` says.
  virtual Result<Principal> principal_of(net::Incoming const& request) = 0;
  virtual Duration retry_after(net::Incoming const&) { return std::chrono::seconds(1); }
  /// Whether the Host field names this server (operability M18).
  virtual bool is_our_host(std::string const& host) const = 0;
  /// Whether a request may carry settings that select credentials (design E10): only where the
  /// other side is the same user.
  virtual bool takes_credentials() const = 0;
};

/// For a Unix socket that nobody but this user can reach: they may do everything.
std::unique_ptr<Access> same_user();

}  // namespace sluice::server
