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

/// SLUICE_SEED runs one seed and shows all of it.
std::optional<std::uint64_t> only_seed() {
  char const* text = std::getenv("SLUICE_SEED");
  return text ? std::optional<std::uint64_t>(std::strtoull(text, nullptr, 10)) : std::nullopt;
}

TEST_F(Simulation, InvariantsHoldInEverySeed) {
  if (auto seed = only_seed()) {
    Report report = run_seed(*seed);
    EXPECT_TRUE(report.ok) << report.text(*seed);
    if (report.ok) std::fputs(report.text(*seed).c_str(), stderr);
    return;
  }
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Report report = run_seed(seed);
    ASSERT_TRUE(report.ok) << report.text(seed);
  }
}

}  // namespace
}  // namespace sluice::sim
