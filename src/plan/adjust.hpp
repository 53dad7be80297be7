#pragma once

#include "plan/plan.hpp"

namespace sluice::plan {

/// Changes that a command line makes to a compiled plan before it is run.

/// How long an external change is held for a person; zero: not at all.
void set_hold_timeout(Plan& plan, Duration timeout);
/// Takes every step of that kind out of the tree, and the scopes that hold nothing else.
void remove_steps(Plan& plan, std::string_view kind);

}  // namespace sluice::plan
