#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace sluice::local {

/// The account of every key nobody declared.
inline constexpr std::string_view default_account = "000000000000";

/// Who sends a request, as GetCallerIdentity tells it.
struct Principal {
  std::string account{default_account};
  std::string arn;
  std::string user_id;
};

/// An access key the endpoint knows. Its signatures are verified; those of unknown keys are not.
struct AccessKey {
  std::string id;
  std::string secret;  ///< of a rehearsal stage: it opens nothing but this endpoint
  Principal principal;
  std::string session_token;    ///< must come along where it is not empty
  std::optional<Time> expires;  ///< temporary keys only
};

/// Access key id → key. Pure; bounded by dropping expired keys first.
class KeyRing {
 public:
  static constexpr std::size_t max_keys = 10'000;

  /// False when the ring is full of keys that still count.
  bool add(AccessKey key, Time now);
  /// Null where nobody declared it: then any secret is right and the account is the default one.
  AccessKey const* find(std::string_view id) const;
  /// The principal of a key that was not declared.
  static Principal undeclared(std::string_view id);
  /// The root-like principal of a declared long-term key.
  static Principal declared(std::string_view account);
  void remove_expired(Time now);

  json::Value save() const;
  void load(json::Value const& saved);

 private:
  std::map<std::string, AccessKey, std::less<>> keys_;
};

/// Reads "ID:SECRET:ACCOUNT" (`--key`). The secret may hold colons; it is not repeated in errors.
Result<AccessKey> parse_key(std::string_view text);

/// Twelve digits.
bool is_account_id(std::string_view text);

}  // namespace sluice::local
