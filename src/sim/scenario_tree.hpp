#pragma once

#include "sim/scenario.hpp"

namespace sluice::sim {

/// Puts what authors of plans may put around and between the steps of releases into
/// `scenario.plan`: scopes of every kind, loops, conditions, timeouts, guards, failure rules with
/// every action, compensations and rollbacks as linked runs. The plan stays one that can be run.
void embellish(Random& random, Scenario& scenario);

}  // namespace sluice::sim
