#pragma once

#include "engine/run_state.hpp"

namespace sluice::sim {

/// Everything of a run's state, for comparing two of them and for people.
json::Value to_json(engine::RunState const& state);

}  // namespace sluice::sim
