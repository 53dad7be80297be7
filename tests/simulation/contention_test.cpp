#include "sim/contention.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/log.hpp"
#include "base/strings.hpp"

namespace sluice::sim {
namespace {

constexpr std::uint64_t seeds = 60;
constexpr std::uint64_t planted_seeds = 20;

class Contention : public testing::Test {
 protected:
  void SetUp() override { log::set_level(log::Level(4)); }
};

std::optional<std::uint64_t> number_in(char const* variable) {
  char const* text = std::getenv(variable);
  return text ? std::optional<std::uint64_t>(std::strtoull(text, nullptr, 10)) : std::nullopt;
}

/// SLUICE_SEED runs one seed and shows all of it; SLUICE_SEEDS runs that many.
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
  for (std::uint64_t seed = 1; seed <= number_in("SLUICE_SEEDS").value_or(seeds); ++seed) {
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

TEST_F(Contention, RunsThatTakeLocksOfTheirOwnAreNoticed) {
  for (std::uint64_t seed = 1; seed <= planted_seeds; ++seed)
    if (!run_contention_seed(seed, {.bug = PlantedBug::locks_of_their_own}).ok) return;
  FAIL() << "no invariant noticed it within " << planted_seeds << " seeds";
}

}  // namespace
}  // namespace sluice::sim
