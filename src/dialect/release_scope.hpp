#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "plan/steps.hpp"

namespace sluice::dialect {

/// One step of a strategy, before it is spread over the functions of a target.
struct StrategyStep {
  enum class Kind { shift, check, other };
  Kind kind = Kind::other;
  double weight = 100;    ///< of a shift
  plan::CheckStep check;  ///< of a check; its release is filled in
  plan::Node node;        ///< of any other: pause, approval, webhook, invoke
};

struct ScopeOptions {
  bool bypass_check = true;
  plan::PrepareLevel level = plan::PrepareLevel::full;
  plan::ExternalChange external_change = plan::ExternalChange::hold;
  Duration hold_timeout = std::chrono::hours(1);
};

/// The release of one target's functions as one unit: prepare, publish, the strategy's steps, the
/// shift to 100 where the steps do not end with it, finish; rolled back together by restoring each.
/// A sequence named "release" with that compensation and the usual rules. Where there are several
/// functions each step becomes a parallel with a leaf per function, in the releases' order.
plan::Node release_scope(std::vector<plan::Release const*> const& releases,
                         std::vector<StrategyStep> const& steps, ScopeOptions const& options);

}  // namespace sluice::dialect
