#include "engine/release/fence.hpp"

#include "engine/release/live.hpp"
#include "engine/release/outcome.hpp"
#include "engine/release/past_reads.hpp"

namespace sluice::engine {
namespace {

/// The last intent that the fence stands behind; none: the journal is not of this program.
std::optional<Effect> fenced_intent(StepContext const& context) {
  auto const& effects = context.record.effects;
  auto found = std::ranges::find_if(effects.rbegin(), effects.rend(), [](EffectRecord const& it) {
    return it.intent["name"].as_string() != fence_alias;
  });
  if (found == effects.rend()) return std::nullopt;
  return effect_of(found->intent);
}

}  // namespace

bool guarded_by_alias(std::string_view effect) {
  return effect == "UpdateAlias" || effect == "DescribeAlias" || effect == fence_alias;
}

Effect fence_of(StepContext const& context) {
  json::Value content = to_json(context.release->alias_now);
  return {fence_alias,
          json::Value{{"content", content}, {"revision", context.release->alias_revision}},
          json::Value{{"content", content}}, json::Value{{"purpose", "fence"}}};
}

Performed perform_fence(StepContext& context, Effect const& effect) {
  auto aws = open_aws(context);
  if (!aws) return Refused{aws.error()};
  return write_alias(context, *aws, effect);
}

Settled settle_fence(StepContext& context, Executor const& executor, Effect const& effect) {
  auto aws = open_to_settle(context);
  if (!aws) return aws.error();
  auto const& declared = context.declared();
  auto alias = aws->lambda(lane_of(context)).get_alias(declared.function, declared.alias);
  if (!alias && alias.error().trouble != aws::Trouble::not_found)
    return unsettled(context, alias.error());
  if (alias && is_past(*context.release, alias->revision_id)) return past_read(context);
  if (alias && alias->revision_id == effect.before["revision"].as_string())
    return DidNotHappen{"the alias was not written since"};
  auto before = fenced_intent(context);
  if (!before)
    return Refused{{plan::ErrorClass::unknown, "the journal has no intent to fence", ""}};
  Settled judged = executor.settle(context, *before);
  if (std::holds_alternative<DidNotHappen>(judged)) return Happened{{}, true};
  return judged;
}

}  // namespace sluice::engine
