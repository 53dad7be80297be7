#pragma once

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"

namespace sluice::engine {

/// Which run wants to be woken when. Finding the next one and moving one take logarithmic time, so
/// that runs that only wait cost nothing. Not thread-safe.
class DueIndex {
 public:
  /// In place of what was said before; none: only a signal moves that run.
  void set(std::string const& run, std::optional<Time> due);
  std::optional<Time> earliest() const;
  /// Runs due by `now`, the longest overdue first, at most so many.
  std::vector<std::string> due_by(Time now, std::size_t most) const;

 private:
  std::set<std::pair<Time, std::string>> order_;
  std::unordered_map<std::string, Time> times_;
};

}  // namespace sluice::engine
