#pragma once

#include "engine/services.hpp"
#include "engine/step.hpp"

/// Deleting what a run made: the function itself, or its candidate. Both only where nobody else has
/// built on it (design E2); what has gone already counts as done.
namespace sluice::engine {

/// What others have added to a function that this run created, in words; empty where there is
/// nothing. Reads versions, aliases, policies, event sources and the URL. An error where one of
/// them could not be read: then nothing may be deleted.
aws::Answer<std::string> foreign_parts(StepContext& context, TargetAws& aws);

/// The intent to delete the function, or one version of it.
Effect intend_deletion(std::string const& version = {});
Performed write_deletion(StepContext& context, TargetAws& aws, Effect const& effect);
Settled settle_deletion(StepContext& context, TargetAws& aws, Effect const& effect);

/// What calls that version itself, in words: a policy or an event source of its own; empty where
/// nothing does. An error where that could not be read: then it may not be deleted.
aws::Answer<std::string> users_of_version(StepContext& context, TargetAws& aws,
                                          std::string const& version);

/// Whether this run itself published the candidate, and neither the baseline nor the version that
/// keeps `$LATEST` as it was is the same one.
bool made_candidate(ReleaseState const& state);

}  // namespace sluice::engine
