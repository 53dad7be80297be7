#include "sim/simulator.hpp"

#include "sim/simulation.hpp"

namespace sluice::sim {
namespace {

/// Without numbers: versions and counts differ where less goes wrong.
std::string kind_of(Report const& report) {
  if (report.violations.empty()) return {};
  std::string kind;
  for (char letter : report.violations.front())
    if (std::isdigit(static_cast<unsigned char>(letter)) == 0) kind += letter;
  // What is quoted or listed behind it is this course of events alone.
  return kind.substr(0, kind.find('\n'));
}

/// More runs than this are not worth a shorter script.
constexpr int most_attempts = 400;

}  // namespace

std::string Report::text(std::uint64_t seed) const {
  std::string text = "seed " + std::to_string(seed) + ", ended as '" + end_state + "'\n";
  for (auto const& violation : violations) text += "  broken: " + violation + "\n";
  if (!left_out.empty())
    text += "  " + std::to_string(left_out.size()) +
            " faults, signals and other hands do not matter and are left out\n";
  if (!plan.empty()) text += "plan " + plan + "\n";
  for (auto const& line : script) text += "  " + line + "\n";
  return text;
}

Report run_seed(std::uint64_t seed, Options const& options) {
  return Simulation(seed, options).run();
}

Report minimised(std::uint64_t seed, Options const& options, Report failed, SeedRunner run) {
  std::string kind = kind_of(failed);
  if (kind.empty()) return failed;
  int attempts = 0;
  for (bool progress = true; progress;) {
    progress = false;
    for (int trouble = failed.troubles - 1; trouble >= 0 && attempts < most_attempts; --trouble) {
      if (failed.left_out.contains(trouble)) continue;
      Options fewer = options;
      fewer.left_out = failed.left_out;
      fewer.left_out.insert(trouble);
      ++attempts;
      Report report = run(seed, fewer);
      if (kind_of(report) != kind) continue;
      failed = std::move(report);
      progress = true;
    }
  }
  return failed;
}

}  // namespace sluice::sim
