#include <gtest/gtest.h>

#include "base/log.hpp"
#include "seeds.hpp"
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

TEST_P(PlantedBugs, AreFound) {
  if (only_seed()) GTEST_SKIP() << "one seed was asked for";
  PlantedBug bug = GetParam().bug;
  for (std::uint64_t seed = 1; seed <= planted_seeds; ++seed) {
    Report report = needs_several_runs(bug) ? run_contention_seed(seed, {.bug = bug})
                                            : run_seed(seed, {.bug = bug});
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
