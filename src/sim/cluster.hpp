#pragma once

#include "sim/simulator.hpp"

namespace sluice::sim {

/// One release, carried out by one to three servers that share a store: they come, go, die, are
/// stopped and wake up when others have taken over. As `run_seed` in everything else.
Report run_cluster_seed(std::uint64_t seed, Options const& options = {});

}  // namespace sluice::sim
