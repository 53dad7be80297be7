#pragma once

#include "server/api.hpp"

/// What people and programs are shown of a server's lease on a shared store.
namespace sluice::server {

/// What /readyz asks besides: a server outside its trust window does nothing, and one whose clock
/// is far from the database's shows and journals wrong times (operability I13).
std::vector<ReadyCheck> lease_checks(engine::LeaseState const& lease);

/// Its gauges for Prometheus.
std::string lease_metrics(engine::LeaseState const& lease);

}  // namespace sluice::server
