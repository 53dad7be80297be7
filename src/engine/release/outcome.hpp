#pragma once

#include "engine/services.hpp"
#include "engine/step.hpp"

namespace sluice::engine {

/// A failed call in the words of the plan's rules.
Failed failed(aws::CallError const& error);
Failed failed(Error const& error);

/// A read that failed: what passes by itself is tried again for a minute (a compensation: as long
/// as the plan's patience), everything else fails the step. People are told what cannot be reached
/// and until when that is tried.
Move look_again(StepContext& context, aws::CallError const& error);

/// A write that failed. Refused for now: the same intent again later; may have arrived: MaybeDone.
Performed refused(StepContext const& context, aws::CallError const& error);
/// A read of `settle` that failed: looked at again later, as long as the plan's rollback patience
/// whatever the step; until then nothing is known about the effect, and nothing else may be done.
Settled unsettled(StepContext const& context, aws::CallError const& error);

/// For `settle`: what was read tells nothing yet. Looked at again soon, and as long as that.
Settled look_later(StepContext const& context, std::string const& reason);

/// Since when the step has been at what it is doing now: its last effect that happened, else its
/// start.
Time last_progress(StepContext const& context);
/// When to look again at something that AWS does by itself, asked for at `since`: every 100 ms for
/// 5 s, then 1.5 times longer each time up to 2 s (design E6). Pure.
Duration poll_interval(Duration waited);

bool compensates(StepContext const& context);
/// Whether the step may go on trying: for a minute without progress; a compensation as long as the
/// plan's rollback patience.
bool patient(StepContext const& context);

/// The clients of the step's target; why there are none otherwise.
std::expected<TargetAws, Failed> open_aws(StepContext& context);
/// The same for `settle`: that nobody can look now says nothing about the effect. Credentials that
/// cannot be had at the moment, or while the run is being stopped, are asked for again later.
std::expected<TargetAws, Settled> open_to_settle(StepContext& context);
aws::Lane lane_of(StepContext const& context);

}  // namespace sluice::engine
