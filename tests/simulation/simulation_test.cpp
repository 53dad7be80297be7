#include <gtest/gtest.h>

#include "base/log.hpp"
#include "seeds.hpp"
#include "sim/simulator.hpp"

namespace sluice::sim {
namespace {

constexpr std::uint64_t seeds = 2400;
/// Test programs that run side by side each take some of them.
constexpr std::uint64_t parts = 8;

class Simulation : public testing::TestWithParam<std::uint64_t> {
 protected:
  // Every fault is a warning; thousands of them hide what matters.
  void SetUp() override { log::set_level(log::Level(4)); }
};

TEST_P(Simulation, InvariantsHoldInEverySeed) {
  std::uint64_t each = number_in("SLUICE_SEEDS").value_or(seeds) / parts + 1;
  std::uint64_t first = GetParam() * each + 1;
  if (auto seed = only_seed()) first = *seed, each = 1;
  if (only_seed() && GetParam() > 0) GTEST_SKIP() << "one seed was asked for";
  std::map<std::string, int> ends;
  int crashes = 0, failed = 0;
  for (std::uint64_t seed = first; seed < first + each; ++seed) {
    Report report = run_seed(seed, {.keep_script = only_seed().has_value()});
    ++ends[report.end_state];
    crashes += report.crashes;
    if (only_seed() && report.ok) std::fputs(report.text(seed).c_str(), stderr);
    if (!report.ok) tell(seed, report, run_seed, failed++ == 0);
    bool twice = seed % 100 == 0;
    if (!twice) continue;
    EXPECT_EQ(run_seed(seed).journal_hash, report.journal_hash) << "seed " << seed;
  }
  if (each < 100) return;
  // A simulator in which nothing goes wrong proves nothing.
  EXPECT_GT(crashes, 50);
  for (auto state : {"succeeded", "rolled_back", "failed", "stopped"})
    EXPECT_GT(ends[state], 0) << state;
}

INSTANTIATE_TEST_SUITE_P(All, Simulation, testing::Range(std::uint64_t{0}, parts));

TEST(QuietSimulation, EveryReleaseEndsAsItsChecksSay) {
  log::set_level(log::Level(4));
  if (only_seed()) GTEST_SKIP() << "one seed was asked for";
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Report report = run_seed(seed, {.without_faults = true});
    EXPECT_TRUE(report.ok) << report.text(seed);
    EXPECT_EQ(report.crashes, 0);
  }
}

TEST(MinimisedFailure, KeepsTheViolationAndLeavesOutWhatDoesNotMatter) {
  log::set_level(log::Level(4));
  Options options{.bug = PlantedBug::adopt_everything};
  std::size_t fewest = 100;
  std::uint64_t seed = 0;
  for (int found = 0; found < 5;) {
    Report failed = run_seed(++seed, options);
    if (failed.ok || failed.troubles < 5) continue;
    ++found;

    Report least = minimised(seed, options, failed);

    EXPECT_FALSE(least.ok);
    EXPECT_EQ(least.violations.front().substr(0, 10), failed.violations.front().substr(0, 10));
    EXPECT_FALSE(least.left_out.empty()) << least.text(seed);
    fewest = std::min(fewest, static_cast<std::size_t>(least.troubles) - least.left_out.size());
  }
  // One lost answer is all that this bug needs. What is left out changes what is drawn behind it,
  // so that one or two may stay with it.
  EXPECT_LE(fewest, 3U);
}

}  // namespace
}  // namespace sluice::sim
