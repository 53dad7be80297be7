#include "engine/release/live.hpp"
#include "engine/release/outcome.hpp"
#include "engine/release/settings.hpp"
#include "engine/steps/steps.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

/// What is left when the traffic is where it belongs: a missing alias, its description, tags and
/// reserved concurrency, none of which is part of a version. Then the release states its place.
class Finish final : public Executor {
 public:
  Move next(StepContext& context) const override {
    ReleaseState& state = *context.release;
    auto const& declared = context.declared();
    bool alias_missing = !declared.alias.empty() && !state.alias_existed && !state.created_alias;
    if (alias_missing)
      return Effect{"CreateAlias",
                    {},
                    json::Value{{"content", to_json(AliasContent{state.candidate_version, {}})}},
                    {}};
    if (auto effect = settings_effect(context)) return *effect;
    if (state.place != Place::unchanged || !state.unchanged) state.place = Place::on_candidate;
    if (state.place == Place::on_candidate) state.latest_note.clear();
    state.prune = context.declared().keep_versions && state.function_existed &&
                  state.place == Place::on_candidate && !state.unchanged;
    if (state.created_function) state.place_note = "created by this run";
    json::Value outputs{{"version", state.candidate_version}, {"place", name_of(state.place)}};
    return Done{std::move(outputs), NodeStatus::succeeded,
                state.unchanged && context.record.effects.empty()
                    ? "nothing to do: everything declared is live already"
                    : ""};
  }

  Performed perform(StepContext& context, Effect const& effect) const override {
    auto aws = open_aws(context);
    if (!aws) return Refused{aws.error()};
    if (effect.name == "CreateAlias") return create_alias(context, *aws, effect);
    return write_setting(context, *aws, effect);
  }

  Settled settle(StepContext& context, Effect const& effect) const override {
    auto aws = open_to_settle(context);
    if (!aws) return aws.error();
    if (effect.name == "CreateAlias") return settle_created_alias(context, *aws, effect);
    return settle_setting(context, *aws, effect);
  }
};

}  // namespace

std::unique_ptr<Executor> make_finish() { return std::make_unique<Finish>(); }

}  // namespace sluice::engine
