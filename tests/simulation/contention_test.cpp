#include "sim/contention.hpp"

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "base/strings.hpp"
#include "seeds.hpp"

namespace sluice::sim {
namespace {

constexpr std::uint64_t seeds = 120;

class Contention : public testing::Test {
 protected:
  void SetUp() override { log::set_level(log::Level(4)); }
};

/// Each seed is many runs: with SLUICE_SEEDS a twentieth of that many are run.
TEST_F(Contention, OneRunAtATimeIsAtWorkAndNoneWaitsForEver) {
  if (auto seed = number_in("SLUICE_SEED")) {
    Report report = run_contention_seed(*seed, {.keep_script = true});
    EXPECT_TRUE(report.ok) << report.text(*seed);
    if (report.ok) std::fputs(report.text(*seed).c_str(), stderr);
    return;
  }
  std::map<std::string, int> ends;
  bool told = false;
  int crashes = 0;
  for (std::uint64_t seed = 1; seed <= number_in("SLUICE_SEEDS").value_or(20 * seeds) / 20;
       ++seed) {
    Report report = run_contention_seed(seed);
    if (std::exchange(told, told || !report.ok)) report.script.clear();  // one whole story
    EXPECT_TRUE(report.ok) << report.text(seed);
    for (auto const& end : split(report.end_state, ' ')) ++ends[end];
    crashes += report.crashes;
    if (seed % 20 == 0) {
      EXPECT_EQ(run_contention_seed(seed).journal_hash, report.journal_hash) << "seed " << seed;
    }
  }
  // What never happens is not tested.
  EXPECT_GT(crashes, 30);
  for (auto state :
       {"succeeded", "rolled_back", "failed", "superseded", "stopped", "refused", "linked"})
    EXPECT_GT(ends[state], 0) << state;
}

}  // namespace
}  // namespace sluice::sim
