#pragma once

#include <string>

#include "engine/services.hpp"
#include "engine/step.hpp"

/// The few writes that several steps share, each with its guard and its way to decide by content
/// what became of it when the answer was lost (design E2).
namespace sluice::engine {

AliasContent content_of(aws::AliasRecord const& alias);
/// "arn:…:function:orders:live" → "arn:…:function:orders".
std::string unqualified(std::string const& arn);
std::string account_of(std::string const& arn);
/// The bare name of a name, partial ARN or ARN.
std::string bare_name(std::string const& function);

/// None where the record is settled. Otherwise a short wait, and a failure where waiting is of no
/// use: AWS could not apply the last change, the function is idle, or it has taken too long.
std::optional<Move> await_settled(StepContext const& context, aws::FunctionRecord const& record);

/// The intent to move the alias from what was found to `desired`, guarded by `revision`.
Effect intend_alias(StepContext const& context, AliasContent const& before,
                    std::string const& revision, AliasContent const& desired,
                    std::string const& purpose);
Performed write_alias(StepContext& context, TargetAws& aws, Effect const& effect);
/// Equal to the desired → adopted. Equal to what the intent found → did not happen (and the fresh
/// revision is remembered). Anything else → changed by others.
Settled settle_alias(StepContext& context, TargetAws& aws, Effect const& effect);

Performed create_alias(StepContext& context, TargetAws& aws, Effect const& effect);
Settled settle_created_alias(StepContext& context, TargetAws& aws, Effect const& effect);

/// PublishVersion pinned by hash and revision; repeating it answers the version already made.
Performed publish_latest(StepContext& context, TargetAws& aws, Effect const& effect,
                         std::string const& description);

}  // namespace sluice::engine
