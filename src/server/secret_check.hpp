#pragma once

#include "engine/secrets.hpp"

namespace sluice::server {

/// Whether every secret that the plan names can be opened here, before anything is written for it.
/// invalid_input: names each one that is missing, the place that needs it, and what to do.
Result<void> check_secrets(plan::Plan const& plan, engine::SecretValues* secrets);

}  // namespace sluice::server
