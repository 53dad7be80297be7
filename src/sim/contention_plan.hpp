#pragma once

#include "sim/scenario.hpp"

namespace sluice::sim {

/// What several runs of the same functions want: the scenario of each, in the order in which they
/// come. The functions are the same in all; the code, what follows from a busy lock, and how a
/// rollback is carried out are each one's own. `own_locks`: a bug put in on purpose.
std::vector<Scenario> draw_contention(Random& random, store::Packages& packages, bool own_locks);

}  // namespace sluice::sim
