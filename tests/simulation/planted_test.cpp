#include <gtest/gtest.h>

#include "base/log.hpp"
#include "seeds.hpp"
#include "sim/cluster.hpp"
#include "sim/contention.hpp"

namespace sluice::sim {
namespace {

class PlantedBugs : public testing::TestWithParam<PlantedName> {
 protected:
  void SetUp() override { log::set_level(log::Level(4)); }
};

/// These need several runs at once.
bool needs_several_runs(PlantedBug bug) {
  return bug == PlantedBug::locks_of_their_own || bug == PlantedBug::limiter_per_run;
}

/// … and these several servers.
bool needs_several_servers(PlantedBug bug) {
  return bug == PlantedBug::no_epoch_check || bug == PlantedBug::no_fence;
}

SeedRunner world_of(PlantedBug bug) {
  if (needs_several_runs(bug)) return run_contention_seed;
  return needs_several_servers(bug) ? run_cluster_seed : run_seed;
}

TEST_P(PlantedBugs, AreFound) {
  if (only_seed()) GTEST_SKIP() << "one seed was asked for";
  PlantedBug bug = GetParam().bug;
  for (std::uint64_t seed = 1; seed <= planted_seeds; ++seed) {
    Report report = world_of(bug)(seed, {.bug = bug});
    if (report.ok) continue;
    RecordProperty("seed", std::to_string(seed));
    RecordProperty("violation", report.violations.front());
    return;
  }
  FAIL() << "no invariant noticed it within " << planted_seeds << " seeds";
}

INSTANTIATE_TEST_SUITE_P(All, PlantedBugs, testing::ValuesIn(planted_bugs()),
                         [](auto const& planted) { return std::string(planted.param.name); });

}  // namespace
}  // namespace sluice::sim
