#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "plan/plan.hpp"

namespace sluice::engine {

/// Plans by their digest: runs of one plan share it as long as any of them is in memory, and the
/// last few that were read stay for those that come next. Not thread-safe.
class PlanCache {
 public:
  /// Null where it is not known.
  std::shared_ptr<plan::Plan const> find(std::string const& digest) const;
  std::shared_ptr<plan::Plan const> keep(std::string const& digest, plan::Plan plan);

 private:
  std::map<std::string, std::weak_ptr<plan::Plan const>> known_;
  std::deque<std::shared_ptr<plan::Plan const>> recent_;
  std::size_t sweep_at_ = 0;  ///< so many entries are looked through for those that are gone
};

}  // namespace sluice::engine
