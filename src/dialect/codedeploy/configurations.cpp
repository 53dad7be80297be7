#include "dialect/codedeploy/configurations.hpp"

#include <algorithm>

namespace sluice::dialect::codedeploy {
namespace {

using Type = TrafficRouting::Type;

Configuration of_lambda(std::string_view name, TrafficRouting routing) {
  return {std::string(predefined_prefix) + "Lambda" + std::string(name), "Lambda", routing};
}

Configuration of_other(std::string_view platform, std::string_view name, TrafficRouting routing) {
  return {std::string(predefined_prefix) + std::string(name), std::string(platform), routing};
}

std::vector<Configuration> made() {
  std::vector<Configuration> all{
      of_lambda("AllAtOnce", {}),
      of_lambda("Canary10Percent5Minutes", {Type::canary, 10, 5}),
      of_lambda("Canary10Percent10Minutes", {Type::canary, 10, 10}),
      of_lambda("Canary10Percent15Minutes", {Type::canary, 10, 15}),
      of_lambda("Canary10Percent30Minutes", {Type::canary, 10, 30}),
      of_lambda("Linear10PercentEvery1Minute", {Type::linear, 10, 1}),
      of_lambda("Linear10PercentEvery2Minutes", {Type::linear, 10, 2}),
      of_lambda("Linear10PercentEvery3Minutes", {Type::linear, 10, 3}),
      of_lambda("Linear10PercentEvery10Minutes", {Type::linear, 10, 10}),
      of_other("Server", "AllAtOnce", {}),
      of_other("Server", "HalfAtATime", {}),
      of_other("Server", "OneAtATime", {}),
      of_other("ECS", "ECSAllAtOnce", {}),
      of_other("ECS", "ECSCanary10Percent5Minutes", {Type::canary, 10, 5}),
      of_other("ECS", "ECSCanary10Percent15Minutes", {Type::canary, 10, 15}),
      of_other("ECS", "ECSLinear10PercentEvery1Minutes", {Type::linear, 10, 1}),
      of_other("ECS", "ECSLinear10PercentEvery3Minutes", {Type::linear, 10, 3}),
  };
  std::ranges::sort(all, {}, &Configuration::name);
  return all;
}

}  // namespace

std::string_view name_of(TrafficRouting::Type type) {
  switch (type) {
    case Type::all_at_once: return "AllAtOnce";
    case Type::canary: return "TimeBasedCanary";
    case Type::linear: return "TimeBasedLinear";
  }
  return "AllAtOnce";
}

std::vector<Configuration> const& predefined_configurations() {
  static std::vector<Configuration> const all = made();
  return all;
}

Configuration const* predefined_configuration(std::string_view name) {
  auto const& all = predefined_configurations();
  auto found = std::ranges::find(all, name, &Configuration::name);
  return found == all.end() ? nullptr : &*found;
}

std::vector<Shift> schedule_of(TrafficRouting const& routing) {
  if (routing.type == Type::all_at_once) return {{}};
  std::vector<Shift> shifts;
  Duration interval = std::chrono::minutes(routing.interval_minutes);
  int weight = routing.percentage;
  for (; weight < 100; weight += routing.percentage) {
    shifts.push_back({interval * shifts.size(), static_cast<double>(weight)});
    if (routing.type == Type::canary) break;
  }
  shifts.push_back({interval * shifts.size(), 100});
  return shifts;
}

}  // namespace sluice::dialect::codedeploy
