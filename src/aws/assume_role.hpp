#pragma once

#include <memory>
#include <string>

#include "aws/sts.hpp"

namespace sluice::aws {

/// Credentials of a role, fetched with another provider's. Refreshed at half of their life (J9): a
/// failure is then tolerated until they end. One fetch at a time; others go on with what is valid
/// or wait. Thread-safe.
///
/// `base`: who assumes. `region`: whose STS is asked. A missing session name becomes "sluice".
Result<std::shared_ptr<Provider>> assume_role_provider(Caller base, std::string region,
                                                       RoleRequest request,
                                                       std::string description);

}  // namespace sluice::aws
