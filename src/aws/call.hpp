#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice::aws {

/// What an answer means for the caller, whatever its code is called.
enum class Trouble {
  denied,  ///< 403, expired or missing credentials
  not_found,
  already_exists,
  busy,         ///< 409 "update is in progress", "state: Pending": wait and try again
  referenced,   ///< 409 "aliases reference it"
  stale,        ///< 412: the RevisionId is not the latest
  invalid,      ///< other 4xx: repeating cannot help
  propagating,  ///< the documented 400s just after a role, key or policy was made
  too_large,    ///< 413
  throttled,    ///< still refused after the retries
  service,      ///< 5xx after the retries
  unreachable,  ///< never arrived: no connection, no name
  maybe_done,   ///< it may have taken effect: read and decide by content (design E2)
  cancelled,
};

std::string_view name_of(Trouble trouble);

/// A failed AWS call, told so that a person can act on it (operability B6).
struct CallError {
  Trouble trouble = Trouble::invalid;
  std::string service;    ///< "Lambda"
  std::string operation;  ///< "UpdateAlias"
  std::string resource;   ///< "orders:live in eu-west-1"
  std::string code;       ///< AWS's own code; empty where no answer came
  std::string message;    ///< AWS's own message, or the transport's
  std::string request_id;
  int status = 0;      ///< HTTP; 0 where no answer came
  std::string action;  ///< the IAM action the call needs: "lambda:UpdateAlias"
  /// What IAM checks the action on: the function's own ARN for calls about an alias, the qualified
  /// one for calls with a qualifier. `*` where the account is not known.
  std::string arn;
  std::string region;  ///< where AWS says the resource is (S3, x-amz-bucket-region)
  std::string hint;    ///< the next step where only the place that failed knows it

  /// Call, resource, reason, remedy: "Lambda UpdateAlias on orders:live in eu-west-1 was denied:
  /// …".
  Error error() const;
  std::string remedy() const;
};

template <class T>
using Answer = std::expected<T, CallError>;

/// How a call counts against the budget (design E6) and how it may be repeated (design E2).
enum class Kind {
  read,   ///< repeated freely
  write,  ///< re-sent only if it was never sent or the answer was a throttle
};

/// The rollback lane has a share of the budget that nothing else can use.
enum class Lane { normal, rollback };

}  // namespace sluice::aws
