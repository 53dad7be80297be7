#pragma once

#include <optional>
#include <string>

#include "aws/caller.hpp"

namespace sluice::aws {

/// Who the credentials belong to (STS API, GetCallerIdentity). It needs no permission.
struct Identity {
  std::string account, arn, user_id;
};

struct RoleRequest {
  std::string role_arn;
  std::string session_name;                      ///< 2–64 of [\w+=,.@-]
  std::string external_id;                       ///< empty: none
  std::optional<std::chrono::seconds> duration;  ///< 900–43200 s; AWS's default is 3600
};

struct AssumedRole {
  Credentials credentials;
  std::string arn;  ///< of the session
};

/// One region's STS. Thread-safe.
class Sts {
 public:
  /// `caller` must outlive this.
  Sts(Caller const& caller, std::string region) : caller_(caller), region_(std::move(region)) {}

  Answer<Identity> get_caller_identity();
  Answer<AssumedRole> assume_role(RoleRequest const& request);

 private:
  Caller const& caller_;
  std::string region_;
};

}  // namespace sluice::aws
