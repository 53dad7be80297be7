#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "base/time.hpp"

namespace sluice::store {

/// A small document that belongs to no run: an API token, a stored secret, what was answered to a
/// request. What it says is its writer's; the store keeps it and decides races.
struct Record {
  std::string kind;  ///< whose it is, as "token"
  std::string id;    ///< among those of its kind
  json::Value body;
  std::int64_t version = 0;  ///< rises with every write of this record, from 1; 0: not stored yet
  std::optional<Time> expires;  ///< from then on it is as if it were not there
  friend bool operator==(Record const&, Record const&) = default;
};

/// Records of this kind are for other servers: writing one is a change that hints tell of.
inline constexpr char signal_records[] = "signal";

}  // namespace sluice::store
