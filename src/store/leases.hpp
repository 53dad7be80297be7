#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace sluice::store {

/// A server process that works on runs, from `join` until its lease ends. Each start of a process
/// is an incarnation of its own, whatever the name; incarnations rise and are never used again.
struct Membership {
  std::string node;  ///< the process's name, shown as the owner of its runs
  std::int64_t incarnation = 0;
  friend bool operator==(Membership const&, Membership const&) = default;
};

/// Calls per second that all servers together may make to one account and region (design E6).
struct TokenRates {
  int shared = 7;   ///< for everyone
  int reserve = 5;  ///< on top, for rollbacks only
};

enum class TokenLane { shared, rollback };

/// Calls that a server may make on its own account until `valid_for` has passed since it asked.
/// What it has not used by then is lost. Two slices follow each other without a gap, so the server
/// spreads its calls over the time it has.
struct TokenSlice {
  int granted = 0;  ///< at most what was wanted; 0: ask again when the slice is over
  Duration valid_for{0};
};

}  // namespace sluice::store
