#pragma once

#include <optional>

#include "engine/services.hpp"
#include "engine/step.hpp"

/// Tags, reserved concurrency and the alias's description: they take no RevisionId (the description
/// does) and are idempotent by construction, so that repeating one after a lost answer is safe.
namespace sluice::engine {

/// The next setting that differs from what is declared; none when all are as declared.
std::optional<Effect> settings_effect(StepContext& context);
/// The next setting that this run changed and that is not back to what was recorded.
std::optional<Effect> restoring_setting(StepContext& context);
Performed write_setting(StepContext& context, TargetAws& aws, Effect const& effect);
/// Compares what is there with what was to be set; a setting that did not arrive is set again.
Settled settle_setting(StepContext& context, TargetAws& aws, Effect const& effect);

}  // namespace sluice::engine
