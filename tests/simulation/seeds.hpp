#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <optional>

#include "sim/simulator.hpp"

/// What the environment asks of the simulation's tests: SLUICE_SEED runs one seed and shows all of
/// it; SLUICE_SEEDS runs that many instead of the usual.
namespace sluice::sim {

inline std::optional<std::uint64_t> number_in(char const* variable) {
  char const* text = std::getenv(variable);
  return text ? std::optional<std::uint64_t>(std::strtoull(text, nullptr, 10)) : std::nullopt;
}

inline std::optional<std::uint64_t> only_seed() { return number_in("SLUICE_SEED"); }

/// Fails the test with what a seed has broken: one whole story, and a line for each other seed.
inline void tell(std::uint64_t seed, Report report, SeedRunner run, bool whole_story) {
  if (whole_story) report = minimised(seed, {}, std::move(report), run);
  if (!whole_story) report.script.clear(), report.plan.clear();
  ADD_FAILURE() << report.text(seed);
}

/// How far a planted bug may hide.
inline constexpr std::uint64_t planted_seeds = 10'000;

}  // namespace sluice::sim
