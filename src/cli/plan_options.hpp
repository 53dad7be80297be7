#pragma once

#include <string>
#include <vector>

#include "cli/invocation.hpp"
#include "plan/plan.hpp"

namespace sluice::cli {

/// Applies --heal, --restore, --no-bypass-check, --hold-timeout and --rollback-patience. Without a
/// `terminal`, or a server that others reach, nobody can answer, so a hold ends at once there
/// unless the line says otherwise (design E3).
Result<void> apply_plan_options(plan::Plan& plan, Parsed const& line, bool terminal);

/// What the plan asks for and this version cannot do, a sentence each; nothing may be started while
/// there is one. `steps`: the kinds that have an executor. Pure.
std::vector<std::string> unsupported_in(plan::Plan const& plan);

}  // namespace sluice::cli
