#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

/// CodeDeploy's deployment configurations: how the traffic of an alias is shifted.
namespace sluice::dialect::codedeploy {

/// CodeDeploy API, TrafficRoutingConfig.
struct TrafficRouting {
  enum class Type { all_at_once, canary, linear };
  Type type = Type::all_at_once;
  int percentage = 0;        ///< of a canary's first step, or of each linear one: 1–99
  int interval_minutes = 0;  ///< to the step after: 1–2880
  friend bool operator==(TrafficRouting const&, TrafficRouting const&) = default;
};

/// "AllAtOnce", "TimeBasedCanary", "TimeBasedLinear".
std::string_view name_of(TrafficRouting::Type type);

struct Configuration {
  std::string name;
  std::string platform;  ///< "Lambda", "Server" or "ECS"
  TrafficRouting routing;
};

inline constexpr std::string_view predefined_prefix = "CodeDeployDefault.";

/// Those that every account has, of all platforms, by name (CodeDeploy User Guide, Working with
/// deployment configurations).
std::vector<Configuration> const& predefined_configurations();
/// Null: none of that name.
Configuration const* predefined_configuration(std::string_view name);

/// One write of the alias: the new version's share, and when, counted from the first write.
struct Shift {
  Duration after{};
  double weight = 100;  ///< percent; 100 makes the new version the alias's own
  friend bool operator==(Shift const&, Shift const&) = default;
};
/// In order; the last one is 100. A linear one whose steps do not add up to 100 ends with the
/// remainder.
std::vector<Shift> schedule_of(TrafficRouting const& routing);

}  // namespace sluice::dialect::codedeploy
