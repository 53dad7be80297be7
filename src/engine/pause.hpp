#pragma once

#include "engine/run_state.hpp"

/// When a pause ends, where it counts from a step before it (plan::PauseStep::since). Pure.
namespace sluice::engine {

/// Puts into the input of a pause that starts now since when it counts: the end of the step that it
/// names; of a pause the end that was planned, unless somebody ended it before.
void pin_pause(plan::Plan const& plan, RunState const& state, json::Value& input);

/// When a pause that has started ends by itself.
Time end_of_pause(NodeState const& pause);

}  // namespace sluice::engine
