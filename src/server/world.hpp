#pragma once

#include <string>

#include "base/json.hpp"

/// Where a run's AWS is, as OpenedServices::world and a run's row tell it.
namespace sluice::server {

/// Whether both are AWS itself, or the same endpoint or local folder.
bool same_world(json::Value const& a, json::Value const& b);

/// What a command for people needs in order to reach it: " --local-state DIR", " --endpoint-url
/// URL", or nothing for AWS itself.
std::string options_for(json::Value const& world);

}  // namespace sluice::server
