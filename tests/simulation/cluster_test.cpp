#include "sim/cluster.hpp"

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "seeds.hpp"

namespace sluice::sim {
namespace {

constexpr std::uint64_t seeds = 800;
/// Test programs that run side by side each take some of them.
constexpr std::uint64_t parts = 4;

class Cluster : public testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override { log::set_level(log::Level(4)); }
};

/// With SLUICE_SEEDS a third of that many are run.
TEST_P(Cluster, ServersThatDieSleepAndWakeLeaveOneReleaseThatEndsRight) {
  std::uint64_t each = number_in("SLUICE_SEEDS").value_or(3 * seeds) / 3 / parts + 1;
  std::uint64_t first = GetParam() * each + 1;
  if (auto seed = only_seed()) first = *seed, each = 1;
  if (only_seed() && GetParam() > 0) GTEST_SKIP() << "one seed was asked for";
  std::map<std::string, int> ends;
  int crashes = 0, failed = 0;
  for (std::uint64_t seed = first; seed < first + each; ++seed) {
    Report report = run_cluster_seed(seed, {.keep_script = only_seed().has_value()});
    ++ends[report.end_state];
    crashes += report.crashes;
    std::string const hash = report.journal_hash;
    if (only_seed() && report.ok) std::fputs(report.text(seed).c_str(), stderr);
    if (!report.ok) tell(seed, std::move(report), run_cluster_seed, failed++ == 0);
    bool twice = seed % 100 == 0;
    if (!twice) continue;
    EXPECT_EQ(run_cluster_seed(seed).journal_hash, hash) << "seed " << seed;
  }
  if (each < 100) return;
  EXPECT_GT(crashes, 50);
  for (auto state : {"succeeded", "rolled_back", "failed", "stopped"})
    EXPECT_GT(ends[state], 0) << state;
}

INSTANTIATE_TEST_SUITE_P(All, Cluster, testing::Range(std::uint64_t{0}, parts));

}  // namespace
}  // namespace sluice::sim
