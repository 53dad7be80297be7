#pragma once

#include "server/codedeploy/request.hpp"

namespace sluice::server::codedeploy {

/// The platform of a configuration, predefined or not: "Lambda", "Server", "ECS".
/// DeploymentConfigDoesNotExistException where there is none of that name.
Outcome<std::string> platform_of_configuration(Request& request, std::string const& name);

}  // namespace sluice::server::codedeploy
