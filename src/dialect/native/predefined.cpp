#include <array>

#include "dialect/native/strategy.hpp"

namespace sluice::dialect::native {
namespace {

/// CodeDeploy User Guide, predefined deployment configurations of the Lambda platform.
struct Predefined {
  std::string_view name;
  double percent;  ///< of every step
  bool linear;     ///< step after step; else one step, then everything
  int minutes;     ///< between two steps
};
constexpr std::array<Predefined, 9> table = {{
    {"AllAtOnce", 100, false, 0},
    {"Canary10Percent5Minutes", 10, false, 5},
    {"Canary10Percent10Minutes", 10, false, 10},
    {"Canary10Percent15Minutes", 10, false, 15},
    {"Canary10Percent30Minutes", 10, false, 30},
    {"Linear10PercentEvery1Minute", 10, true, 1},
    {"Linear10PercentEvery2Minutes", 10, true, 2},
    {"Linear10PercentEvery3Minutes", 10, true, 3},
    {"Linear10PercentEvery10Minutes", 10, true, 10},
}};
constexpr std::string_view prefix = "CodeDeployDefault.Lambda";

}  // namespace

std::optional<Steps> predefined_strategy(std::string_view name, StepContext const& context,
                                         config::Span const& span) {
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  for (auto const& entry : table) {
    if (entry.name != name) continue;
    Steps steps;
    double weight = entry.percent;
    while (weight < 100) {
      steps.push_back({"shift", plan::ShiftStep{"", weight}, "", span});
      Duration interval = std::chrono::minutes(entry.minutes);
      plan::CheckStep check = context.check;
      check.duration = interval;
      if (context.watches)
        steps.push_back({"check", check, "", span});
      else
        steps.push_back({"pause", plan::PauseStep{interval}, "", span});
      weight = entry.linear ? weight + entry.percent : 100;
    }
    steps.push_back({"shift", plan::ShiftStep{"", 100}, "", span});
    return steps;
  }
  return std::nullopt;
}

std::vector<std::string> predefined_names() {
  std::vector<std::string> names;
  for (auto const& entry : table) names.emplace_back(entry.name);
  return names;
}

}  // namespace sluice::dialect::native
