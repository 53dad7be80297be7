#include <cstdio>

#include "engine/release/capacity.hpp"
#include "engine/release/live.hpp"
#include "engine/release/outcome.hpp"
#include "engine/steps/steps.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

std::string percent(double weight) {
  char text[32];
  std::snprintf(text, sizeof text, "%g %%", weight);
  return text;
}

/// Moves one alias: the baseline stays its version and the candidate gets its share; at 100 the
/// candidate becomes the version and the weights are cleared in the same call.
class Shift final : public Executor {
 public:
  Move next(StepContext& context) const override {
    ReleaseState& state = *context.release;
    double weight = plan::shift_step(context.record.input).weight;
    if (auto reason = nothing_to_shift(state, weight)) return skip(state, weight, *reason);
    AliasContent desired = content_at(state, weight);
    if (context.happened("UpdateAlias")) {
      if (auto wait = capacity(context)) return *wait;
      if (weight >= 100) state.place = Place::on_candidate;
      return Done{json::Value{{"weight", weight}}, NodeStatus::succeeded, {}};
    }
    state.shifted = true;
    state.place = Place::moving;
    return intend_alias(context, state.alias_now, state.alias_revision, desired, "shift");
  }

  Performed perform(StepContext& context, Effect const& effect) const override {
    auto aws = open_aws(context);
    if (!aws) return Refused{aws.error()};
    auto outcome = write_alias(context, *aws, effect);
    // The first one surely did not happen: nothing has moved.
    ReleaseState& state = *context.release;
    if (std::holds_alternative<Refused>(outcome) && !state.alias_now.names(state.candidate_version))
      state.place = Place::unchanged;
    return outcome;
  }

  Settled settle(StepContext& context, Effect const& effect) const override {
    auto aws = open_to_settle(context);
    if (!aws) return aws.error();
    return settle_alias(context, *aws, effect);
  }

 private:
  /// The next shift or check counts from when the capacity stands behind this one.
  static std::optional<Move> capacity(StepContext& context) {
    if (!context.release->capacity_moves) return std::nullopt;
    auto aws = open_aws(context);
    if (!aws) return aws.error();
    return await_capacity(context, *aws);
  }

  static AliasContent content_at(ReleaseState const& state, double weight) {
    if (weight >= 100) return {state.candidate_version, {}};
    if (weight <= 0) return {state.baseline_version, {}};
    return {state.baseline_version, {{state.candidate_version, weight / 100}}};
  }

  static std::optional<std::string> nothing_to_shift(ReleaseState const& state, double weight) {
    if (state.unchanged) return "nothing changed: the alias stays where it is";
    if (!state.why_at_once.empty()) return state.why_at_once;
    if (!state.alias.empty()) return std::nullopt;
    if (weight >= 100) return "no alias: the published version is live for callers of the function";
    return "no alias: there is nothing that could take " + percent(weight);
  }

  /// An alias that is created at the end serves nobody before.
  static Move skip(ReleaseState& state, double weight, std::string reason) {
    bool const alias_to_come = !state.alias.empty() && state.function_existed;
    if (weight >= 100 && !state.unchanged && !alias_to_come) {
      state.weight = 100;
      state.place = Place::on_candidate;
    }
    return Done{{}, NodeStatus::skipped, std::move(reason)};
  }
};

}  // namespace

std::unique_ptr<Executor> make_shift() { return std::make_unique<Shift>(); }

}  // namespace sluice::engine
