#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace sluice::cli {

/// A step of the schedule: when it begins at the earliest, counted from the start of its target.
struct ScheduledStep {
  std::string path, title;
  std::string what;   ///< "at least 20 requests, at most 5 % errors"
  Duration begins{};  ///< with every wait before it at its full length
  Duration lasts{};   ///< waits and checks only; what AWS takes comes on top
  int depth = 0;
  bool waits_for_person = false;
};

/// Every leaf of the tree in order, guards before what they guard. Pure.
std::vector<ScheduledStep> schedule_of(plan::Plan const& plan);
/// The whole of it: the longest way through the tree.
Duration total_of(plan::Plan const& plan);

/// The IAM actions that each kind of step of the plan needs, sorted, by kind.
struct NeededActions {
  std::string kind;
  std::vector<std::string> actions;
};
std::vector<NeededActions> actions_of(plan::Plan const& plan);

}  // namespace sluice::cli
