#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace sluice::aws {

/// What requests are signed with.
struct Credentials {
  std::string access_key_id;
  Secret secret;
  Secret session_token;        ///< empty for long-lived keys
  std::optional<Time> expiry;  ///< none: they do not end by themselves
  std::string account;         ///< twelve digits where known; else empty
};

/// Where credentials come from. Thread-safe.
class Provider {
 public:
  virtual ~Provider() = default;
  /// Valid at the moment of the call. May call AWS; returns early when `stop` is requested.
  /// The error is for a person: what was looked at, and what to do.
  virtual Result<Credentials> get(std::stop_token stop) = 0;
  /// A service refused these as expired: the next `get` fetches new ones where that is possible.
  /// Answers whether it is.
  virtual bool invalidate(Credentials const& refused) = 0;
  /// "environment variables", "profile 'prod' (role deploy)": for plans and messages.
  virtual std::string description() const = 0;
};

/// Keys that never change.
std::shared_ptr<Provider> static_provider(Credentials credentials, std::string description);

}  // namespace sluice::aws
