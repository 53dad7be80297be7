#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "config/codes.hpp"
#include "dialect/codedeploy/configurations.hpp"

namespace sluice::dialect::codedeploy {

/// What is wrong with a configuration's shifts, in a clause; empty where they are within the bounds
/// of CodeDeploy (CreateDeploymentConfig). The sum of a linear one counts one interval more than
/// pass where its steps add up to 100, as the service does.
std::string routing_problem(TrafficRouting const& routing);

struct ConfigurationProblem {
  config::Code code;
  std::string message;
  std::string help;
};

/// The configuration that a person names: predefined for functions, in full or without
/// "CodeDeployDefault." or "CodeDeployDefault.Lambda" before it, or a custom one said as
/// "canary:PERCENT:MINUTES" or "linear:PERCENT:MINUTES", which is its name too.
std::expected<Configuration, ConfigurationProblem> named_configuration(std::string const& text);

}  // namespace sluice::dialect::codedeploy
