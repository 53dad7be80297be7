#pragma once

#include "server/codedeploy/fault.hpp"

namespace sluice::server::codedeploy {

/// The member "computePlatform", which is "Server" where it is absent (CodeDeploy API,
/// CreateApplication). InvalidComputePlatformException.
Outcome<std::string> platform_of(json::Value const& body);

/// InvalidComputePlatformException where it is another one: this server deploys functions only.
Outcome<void> only_lambda(std::string const& platform, std::string const& what);

}  // namespace sluice::server::codedeploy
