#pragma once

#include <optional>
#include <string>

#include "engine/run_state.hpp"
#include "plan/expression.hpp"

namespace sluice::engine {

/// The next thing that follows from the plan and what has happened, as an event to be journalled;
/// none when the run waits for a step, a time or a person. Pure. Called again after each event was
/// applied, until it answers none.
///
/// It starts nodes, ends scopes, decides what a failure means, rolls back and ends the run. What a
/// leaf does, and when a parked one wakes, is its executor's business (step.hpp).
struct Decision {
  std::string type;
  json::Value body;
};

std::optional<Decision> decide(plan::Plan const& plan, RunState const& state,
                               plan::Evaluators const& evaluators, Time now);

/// What an expression of the node at `path` can see.
plan::Scope scope_of(plan::Plan const& plan, RunState const& state, std::string_view path);

}  // namespace sluice::engine
