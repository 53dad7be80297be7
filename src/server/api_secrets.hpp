#pragma once

#include "server/router.hpp"
#include "server/secrets.hpp"

namespace sluice::server {

/// The routes of secrets. They take values and never give them back (operability M9); every change
/// is audited. `secrets` must outlive them.
std::vector<Route> secret_routes(Secrets& secrets);

}  // namespace sluice::server
