#pragma once

#include "engine/core.hpp"
#include "sim/faults.hpp"

namespace sluice::sim {

/// A signal somebody sends at a moment when nobody asked for one: often a wrong one.
engine::Signal draw_signal(Random& random);

/// What a person answers where the run waits for one; none: nobody is asked.
std::optional<engine::Signal> draw_answer(Random& random, Scenario const& scenario,
                                          engine::RunState const& state);

/// Somebody else's change of a function or its alias.
void act_as_somebody_else(Random& random, Cloud& cloud, FunctionScenario const& function,
                          engine::ReleaseState const& release);

}  // namespace sluice::sim
