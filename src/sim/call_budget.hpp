#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "sim/cloud.hpp"

namespace sluice::sim {

/// Counts what all runs of a process send to each account and region (design E6, L12): not more
/// than the limiter's rate allows, the rollback lane's share included.
class CallBudget {
 public:
  void sent(Time at, CloudCall const& call);
  /// A process that starts anew does not know what the one before it has sent.
  void restarted() { levels_.clear(); }
  std::vector<std::string> const& violations() const { return violations_; }

 private:
  struct Level {
    double calls = 0;  ///< above what the rate has let pass
    Time at{};
  };
  std::map<std::string, Level> levels_;  ///< by region
  std::vector<std::string> violations_;
};

}  // namespace sluice::sim
