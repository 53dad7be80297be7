#pragma once

#include "engine/services.hpp"
#include "engine/step.hpp"

/// Provisioned concurrency of the alias. After each write of such an alias AWS moves the capacity
/// to the other version by itself, which takes minutes, and meanwhile shows weights that nobody
/// asked for; no further write may be made before that has ended (Lambda, provisioned concurrency).
namespace sluice::engine {

/// How long the move may take.
inline constexpr Duration capacity_limit = std::chrono::minutes(15);

/// Whether the alias has any, kept in the release. One call; a read that is not permitted is a
/// note, and then nothing is waited for.
void look_for_capacity(StepContext& context, TargetAws& aws);

/// Whether the alias's provisioned concurrency is being moved: the weights it shows meanwhile are
/// AWS's own, asked for by nobody. Costs a call: ask only when weights are found that cannot be
/// explained.
aws::Answer<bool> moves_capacity(StepContext const& context, TargetAws& aws);

/// None where the alias has none, or where the capacity stands behind the alias as it was last
/// written and the alias shows that. Otherwise a wait, or a failure: timeout after capacity_limit,
/// infrastructure with AWS's reason where the capacity could not be had, external_change where the
/// alias was moved by somebody else meanwhile.
std::optional<Move> await_capacity(StepContext& context, TargetAws& aws);

}  // namespace sluice::engine
