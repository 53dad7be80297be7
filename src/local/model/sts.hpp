#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "local/model/fault.hpp"
#include "local/model/keys.hpp"

namespace sluice::local {

/// A role that was declared because it does not trust everybody. Undeclared roles trust everybody.
struct RoleTrust {
  std::string arn;
  std::string external_id;          ///< required where it is not empty
  int max_duration_seconds = 3600;  ///< AWS allows up to 43200 where the role says so
};

/// STS AssumeRole, the members the endpoint looks at.
struct AssumeRole {
  std::string role_arn;
  std::string session_name;
  std::string external_id;
  int duration_seconds = 3600;
};

struct AssumedRole {
  AccessKey key;  ///< ASIA…, with token and expiry; already on the ring
  std::string role_arn;
};

/// The roles and what GetCallerIdentity and AssumeRole say about them. Pure.
class Sts {
 public:
  static constexpr std::size_t max_roles = 1000;

  /// Refused for something that is no role ARN, and beyond `max_roles`.
  Outcome<void> declare(RoleTrust role);
  /// STS API, AssumeRole: 400 ValidationError, 403 AccessDenied. The new key is put on `ring`.
  Outcome<AssumedRole> assume(AssumeRole const& request, Principal const& caller, KeyRing& ring,
                              Random& random, Time now) const;
  /// A short-lived key of `account` for a function's environment, as Lambda gives them out.
  static Outcome<AccessKey> function_key(std::string const& account, KeyRing& ring, Random& random,
                                         Time now);

  json::Value save() const;
  void load(json::Value const& saved);

 private:
  std::map<std::string, RoleTrust, std::less<>> roles_;
};

}  // namespace sluice::local
