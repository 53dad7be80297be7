#include <gtest/gtest.h>

#include <cstdlib>

#include "base/log.hpp"
#include "sim/simulator.hpp"

namespace sluice::sim {
namespace {

constexpr std::uint64_t seeds = 500;
constexpr std::uint64_t planted_seeds = 300;

class Simulation : public testing::Test {
 protected:
  // Every fault is a warning; thousands of them hide what matters.
  void SetUp() override { log::set_level(log::Level(4)); }
};

std::optional<std::uint64_t> number_in(char const* variable) {
  char const* text = std::getenv(variable);
  return text ? std::optional<std::uint64_t>(std::strtoull(text, nullptr, 10)) : std::nullopt;
}

/// SLUICE_SEED runs one seed and shows all of it; SLUICE_SEEDS runs that many.
std::optional<std::uint64_t> only_seed() { return number_in("SLUICE_SEED"); }

TEST_F(Simulation, InvariantsHoldInEverySeed) {
  if (auto seed = only_seed()) {
    Report report = run_seed(*seed, {.keep_script = true});
    EXPECT_TRUE(report.ok) << report.text(*seed);
    if (report.ok) std::fputs(report.text(*seed).c_str(), stderr);
    return;
  }
  std::map<std::string, int> ends;
  std::vector<std::pair<std::uint64_t, Report>> failed;
  int crashes = 0;
  for (std::uint64_t seed = 1; seed <= number_in("SLUICE_SEEDS").value_or(seeds); ++seed) {
    Report report = run_seed(seed);
    if (!report.ok) failed.emplace_back(seed, report);
    ++ends[report.end_state];
    crashes += report.crashes;
    bool twice = seed % 50 == 0;
    if (!twice) continue;
    EXPECT_EQ(run_seed(seed).journal_hash, report.journal_hash) << "seed " << seed;
  }
  for (std::size_t i = 0; i < failed.size(); ++i) {
    if (i > 0) failed[i].second.script.clear();  // the first tells its whole story
    ADD_FAILURE() << failed[i].second.text(failed[i].first);
  }
  // A simulator in which nothing goes wrong proves nothing.
  EXPECT_GT(crashes, 100);
  for (auto state : {"succeeded", "rolled_back", "failed", "stopped", "needs_person"})
    EXPECT_GT(ends[state], 0) << state;
}

TEST_F(Simulation, WithoutTroubleEveryReleaseEndsAsItsChecksSay) {
  if (only_seed()) GTEST_SKIP() << "one seed was asked for";
  for (std::uint64_t seed = 1; seed <= planted_seeds / 10; ++seed) {
    Report report = run_seed(seed, {.without_faults = true});
    EXPECT_TRUE(report.ok) << report.text(seed);
    EXPECT_EQ(report.crashes, 0);
  }
}

struct Planted {
  PlantedBug bug;
  char const* name;
};

class PlantedBugs : public testing::TestWithParam<Planted> {
 protected:
  void SetUp() override { log::set_level(log::Level(4)); }
};

TEST_P(PlantedBugs, AreFound) {
  if (only_seed()) GTEST_SKIP() << "one seed was asked for";
  for (std::uint64_t seed = 1; seed <= planted_seeds; ++seed)
    if (!run_seed(seed, {.bug = GetParam().bug}).ok) return;
  FAIL() << "no invariant noticed it within " << planted_seeds << " seeds";
}

INSTANTIATE_TEST_SUITE_P(
    All, PlantedBugs,
    testing::Values(Planted{PlantedBug::resend_stale_alias_writes, "ResendStaleAliasWrites"},
                    Planted{PlantedBug::restore_previous_version, "RestorePreviousVersion"},
                    Planted{PlantedBug::ignore_approvals, "IgnoreApprovals"},
                    Planted{PlantedBug::adopt_everything, "AdoptEverything"}),
    [](auto const& planted) { return std::string(planted.param.name); });

}  // namespace
}  // namespace sluice::sim
