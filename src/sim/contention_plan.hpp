#pragma once

#include "sim/scenario.hpp"

namespace sluice::sim {

/// What several runs want: the scenario of each, in the order in which they come. Mostly they are
/// of the same functions; the code, what follows from a busy lock, and how a rollback is carried
/// out are each one's own. In other seeds each has functions of its own, and all work at the same
/// time. `own_locks`: a bug put in on purpose.
std::vector<Scenario> draw_contention(Random& random, store::Packages& packages, bool own_locks);

}  // namespace sluice::sim
