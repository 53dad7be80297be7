#pragma once

#include "sim/simulator.hpp"

namespace sluice::sim {

/// Several releases of the same functions, which come while others are at work: each with what its
/// plan says about a busy lock, some with a rollback that is a run of its own. They share one
/// process, which dies now and then; each is taken up again some time later. As `run_seed` in
/// everything else. The report's end state lists those of all runs.
Report run_contention_seed(std::uint64_t seed, Options const& options = {});

}  // namespace sluice::sim
