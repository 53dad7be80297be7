#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "sim/planted.hpp"

namespace sluice::sim {

struct Options {
  PlantedBug bug = PlantedBug::none;
  /// Tells what happened even where all is well.
  bool keep_script = false;
  /// Draws nothing that goes wrong: what is left must simply work.
  bool without_faults = false;
  /// Numbers of faults, signals and other hands that are left out of what the seed draws.
  std::set<int> left_out;
};

struct Report {
  bool ok = false;
  std::vector<std::string> violations;  ///< sentences; empty where all is well
  std::string journal_hash;             ///< of every event of every run, times included
  std::string end_state;
  std::string plan;                 ///< as JSON; where the script was kept
  std::vector<std::string> script;  ///< what happened, in order; where it was kept
  std::set<int> left_out;           ///< as in the options
  int troubles = 0;                 ///< faults, signals and other hands, with those left out
  int crashes = 0;
  int steps = 0;

  /// For a failed test: the seed, what is broken, the plan, and what led to it.
  std::string text(std::uint64_t seed) const;
};

/// One simulated release from start to end: the production's engine, a store in memory and a model
/// of AWS in one thread under a virtual clock. The seed decides everything: the functions, the
/// plan, what people do, and what goes wrong when. The same seed gives the same report.
Report run_seed(std::uint64_t seed, Options const& options = {});

/// The same violation with as little around it as can be: leaves out one fault or signal after the
/// other and keeps what is still broken in the same way. `failed` is the seed's report, `run` what
/// it came from.
using SeedRunner = Report (*)(std::uint64_t seed, Options const& options);
Report minimised(std::uint64_t seed, Options const& options, Report failed,
                 SeedRunner run = run_seed);

}  // namespace sluice::sim
