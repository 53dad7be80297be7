#pragma once

#include "engine/services.hpp"
#include "engine/step.hpp"

/// AWS may answer a read with what was before the last write, for a while. What this run has
/// replaced itself it knows by its RevisionId, which no later state has again: such an answer tells
/// nothing, least of all that somebody else was here (operability K16).
namespace sluice::engine {

/// AWS has accepted a write of the alias and answered with this RevisionId: whatever was known
/// before is past.
void wrote_alias(ReleaseState& state, std::string const& revision);
/// A read showed it. What was known before it may be newer or older: two reads have no order.
void saw_alias(ReleaseState& state, std::string const& revision);
/// `settle` of a write found it: where the write has happened, its guard is past.
void found_alias(ReleaseState& state, Effect const& effect, aws::AliasRecord const& alias);
/// Whether a write of this run has replaced the state of the alias with that RevisionId.
bool is_past(ReleaseState const& state, std::string const& revision);
/// An alias that this run has made, which a read does not show yet.
bool may_be_hidden(StepContext const& context);

/// For `settle`: looked at again soon, as long as the outcome of an effect is looked for at all.
Settled past_read(StepContext const& context);

/// Whether the last effect of a step that does nothing more may still take effect although a look
/// shows nothing of it: nobody would meet it then. For what no RevisionId guards.
bool may_still_land(StepContext const& context);
Settled await_landing(StepContext const& context, std::string const& what);

}  // namespace sluice::engine
