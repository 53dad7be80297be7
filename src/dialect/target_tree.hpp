#pragma once

#include <string>
#include <vector>

#include "config/diagnostic.hpp"
#include "plan/plan.hpp"

namespace sluice::dialect {

/// One target on its way into the plan's tree.
struct TargetBranch {
  std::string name;
  std::vector<std::string> needs;  ///< names of other branches
  std::vector<plan::Node> before;  ///< gates; all have to pass before the release starts
  plan::Node release;              ///< what release_scope made
  std::vector<plan::Node> after;   ///< gates; all have to pass before the branches that need it
};

/// The root that releases to targets share: a graph of targets in which independent ones go on when
/// one fails. Each target is a sequence of a parallel "before", the release and a parallel "after";
/// gates that nobody asked for are not there.
plan::Node target_tree(std::vector<TargetBranch> branches);

/// A target as the rules about all of them together see it.
struct TargetPlace {
  plan::Target const* target = nullptr;
  config::Span span;  ///< where its name was typed
  struct Need {
    std::string name;
    config::Span span;
  };
  std::vector<Need> needs;
};

/// Reports needs of undeclared targets and of the target itself, and cycles.
void check_needs(std::vector<TargetPlace> const& places, config::Diagnostics& diagnostics);

/// Reports two targets that write the same function of one account and region at the same time:
/// AWS accepts one change of a function at once (Lambda API, ResourceConflictException). Targets
/// count as different accounts or regions unless both say the same.
void check_collisions(std::vector<TargetPlace> const& places,
                      std::vector<plan::Release> const& releases, config::Diagnostics& diagnostics);

/// The account a target names, itself or through its role's ARN; empty: the credentials' own.
std::string account_of(plan::Target const& target);

/// The function's name without the rest of an ARN around it.
std::string plain_function_name(std::string const& name_or_arn);

/// "alias:ACCOUNT:REGION:FUNCTION:ALIAS", or "function:ACCOUNT:REGION:FUNCTION" without an alias;
/// '*' stands for what is known only at run time. Sorted; `busy` is what a second release meets
/// meanwhile.
std::vector<plan::Lock> release_locks(plan::Plan const& plan,
                                      plan::Lock::Busy busy = plan::Lock::Busy::reject);

}  // namespace sluice::dialect
