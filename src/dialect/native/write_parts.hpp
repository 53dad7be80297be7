#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "plan/steps.hpp"

/// The parts that write_native and native_for_function put together.
namespace sluice::dialect::native {

/// A function's settings as its entry in `functions:` says them, `function` only where it is not
/// called `key`.
json::Value settings_text(plan::Release const& release, std::string const& key);

/// What a target's branch of the tree says, as the file's keys: strategy, before_release,
/// after_release, alarms, work_timeout. Webhooks are declared in `webhooks`, `check` is what every
/// watch starts from. Parts that no file can say are left out; write_native finds them missing.
struct CourseContext {
  std::vector<plan::Release const*> releases;
  plan::CheckStep check;
};
json::Value course_text(plan::Node const& branch, CourseContext const& context,
                        json::Value& webhooks);

/// The values that most checks of a plan share.
plan::CheckStep common_check(plan::Node const& root);
/// How `check:` says it; an empty object for the usual values.
json::Value check_text(plan::CheckStep const& check, plan::CheckStep const& usual);

/// Exact to the millisecond: "1h30m", "1m500ms".
std::string duration_text(Duration duration);

}  // namespace sluice::dialect::native
