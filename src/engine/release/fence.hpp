#pragma once

#include "engine/services.hpp"
#include "engine/step.hpp"

/// The fencing write of a take-over (design E7). Whoever owned the run before may have sent a write
/// of the alias that has not arrived, or be about to send it: it is guarded by the RevisionId that
/// its intent names. Repeating the alias as it is changes the RevisionId and nothing else, so that
/// such a write is refused from then on.
///
/// It is due where an intent to write the alias was left open by an earlier owner and turned out
/// not to have happened (NodeState::fence_due). Nowhere else: without an open intent nobody may
/// send anything, and one that happened has used its RevisionId up (docs/decisions/0010).
namespace sluice::engine {

inline constexpr char fence_alias[] = "FenceAlias";

/// Whether an effect of that name writes an alias under its RevisionId.
bool guarded_by_alias(std::string_view effect);

/// The intent, from what the look at the intent before it has found.
Effect fence_of(StepContext const& context);
Performed perform_fence(StepContext& context, Effect const& effect);
/// Where the RevisionId has moved the intent before it is judged once more, by `executor`: a late
/// write of the earlier owner is what moved it, or somebody else's.
Settled settle_fence(StepContext& context, Executor const& executor, Effect const& effect);

}  // namespace sluice::engine
