#include <algorithm>

#include "dialect/codedeploy/configurations.hpp"
#include "dialect/native/strategy.hpp"

namespace sluice::dialect::native {
namespace {

constexpr std::string_view prefix = "CodeDeployDefault.Lambda";

}  // namespace

std::optional<Steps> predefined_strategy(std::string_view name, StepContext const& context,
                                         config::Span const& span) {
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  auto const* found = codedeploy::predefined_configuration(std::string(prefix) + std::string(name));
  if (!found) return std::nullopt;
  Steps steps;
  Duration interval = std::chrono::minutes(found->routing.interval_minutes);
  for (auto const& shift : codedeploy::schedule_of(found->routing)) {
    steps.push_back({"shift", plan::ShiftStep{"", shift.weight}, "", span});
    if (shift.weight == 100) break;
    plan::CheckStep check = context.check;
    check.duration = interval;
    if (context.watches)
      steps.push_back({"check", check, "", span});
    else
      steps.push_back({"pause", plan::PauseStep{interval}, "", span});
  }
  return steps;
}

std::vector<std::string> predefined_names() {
  std::vector<codedeploy::Configuration> all = codedeploy::predefined_configurations();
  std::erase_if(all, [](auto const& one) { return one.platform != "Lambda"; });
  // As people count: five minutes before ten.
  std::ranges::sort(all, {}, [](auto const& one) {
    return std::pair(one.routing.type, one.routing.interval_minutes);
  });
  std::vector<std::string> names;
  for (auto const& one : all) names.push_back(one.name.substr(prefix.size()));
  return names;
}

}  // namespace sluice::dialect::native
