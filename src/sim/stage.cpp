#include "sim/stage.hpp"

#include "sim/scenario_tree.hpp"

namespace sluice::sim {
namespace {

/// After this many a seed is broken beyond doubt.
constexpr std::size_t most_broken = 10;

}  // namespace

Stage::Stage(std::uint64_t seed, Options const& options)
    : options_(options), random_(seed), executors_(planted_executors(options.bug)) {
  evaluators_.add("pointer@1", plan::evaluate_pointer);
  evaluators_.add(counting_language, evaluate_counting);
}

void Stage::broken(std::string text) {
  if (broken_.size() < most_broken) broken_.push_back(std::move(text));
}

Report Stage::report(std::vector<std::string> violations, Faults const& faults) const {
  Report report;
  report.violations = std::move(violations);
  report.violations.insert(report.violations.end(), broken_.begin(), broken_.end());
  report.ok = report.violations.empty();
  if (!report.ok || options_.keep_script) report.script = script_.lines();
  report.left_out = options_.left_out;
  report.troubles = faults.troubles();
  report.steps = steps_;
  return report;
}

}  // namespace sluice::sim
