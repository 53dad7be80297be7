#include "engine/release/release_state.hpp"
#include "engine/steps/steps.hpp"
#include "sim/planted.hpp"

namespace sluice::sim {
namespace {

using namespace engine;

/// Hands everything on; the bugs change one thing.
class Around : public Executor {
 public:
  explicit Around(std::unique_ptr<Executor> inner) : inner_(std::move(inner)) {}
  Move next(StepContext& context) const override { return inner_->next(context); }
  Performed perform(StepContext& context, Effect const& effect) const override {
    return inner_->perform(context, effect);
  }
  Settled settle(StepContext& context, Effect const& effect) const override {
    return inner_->settle(context, effect);
  }
  Pool pool() const override { return inner_->pool(); }
  Pool pool_for(StepContext const& context) const override { return inner_->pool_for(context); }
  std::string exclusive_key(StepContext const& context) const override {
    return inner_->exclusive_key(context);
  }
  bool accepts(std::string_view signal) const override { return inner_->accepts(signal); }

 private:
  std::unique_ptr<Executor> inner_;
};

class RestoresPrevious final : public Around {
 public:
  using Around::Around;
  Move next(StepContext& context) const override {
    Move move = Around::next(context);
    auto* effect = std::get_if<Effect>(&move);
    int candidate = std::atoi(context.release->candidate_version.c_str());
    if (effect && effect->name == "UpdateAlias" && candidate > 1)
      effect->desired.set("content", to_json(AliasContent{std::to_string(candidate - 1), {}}));
    return move;
  }
};

class ApprovesItself final : public Around {
 public:
  using Around::Around;
  Move next(StepContext&) const override {
    return Done{{}, NodeStatus::succeeded, "taken for granted"};
  }
};

class AdoptsEverything final : public Around {
 public:
  using Around::Around;
  Settled settle(StepContext&, Effect const&) const override { return Happened{{}, true}; }
};

class ActsFirst final : public Around {
 public:
  using Around::Around;
  Move next(StepContext& context) const override {
    Move move = Around::next(context);
    if (auto* effect = std::get_if<Effect>(&move)) {
      auto outcome = Around::perform(context, *effect);
      if (auto* done = std::get_if<Happened>(&outcome)) effect->more.set("done", done->result);
    }
    return move;
  }
  Performed perform(StepContext& context, Effect const& effect) const override {
    if (effect.more.contains("done")) return Happened{effect.more["done"], false};
    return Around::perform(context, effect);
  }
};

class PassesWithoutData final : public Around {
 public:
  using Around::Around;
  Move next(StepContext& context) const override {
    Move move = Around::next(context);
    auto const* failure = std::get_if<Failed>(&move);
    bool no_data = failure && failure->reason.ends_with("missing data is never a pass");
    auto const* parks = std::get_if<Park>(&move);
    if (!no_data && !(parks && parks->asks_person)) return move;
    return Done{json::Value{{"verdict", "pass"}}, NodeStatus::succeeded, "no errors were seen"};
  }
};

class TakesLostForFailed final : public Around {
 public:
  using Around::Around;
  Performed perform(StepContext& context, Effect const& effect) const override {
    Performed outcome = Around::perform(context, effect);
    if (auto const* lost = std::get_if<MaybeDone>(&outcome))
      return Refused{{plan::ErrorClass::unavailable, lost->reason, ""}};
    return outcome;
  }
};

class ComparesLatest final : public Around {
 public:
  using Around::Around;
  Move next(StepContext& context) const override {
    Move move = Around::next(context);
    ReleaseState& state = *context.release;
    bool lacks_nothing = !state.code_to_write && state.members_to_write.items().empty();
    if (std::holds_alternative<Done>(move) && state.function_existed && lacks_nothing) {
      state.unchanged = true;
      state.candidate_version = state.baseline_version;
    }
    return move;
  }
};

class DoesNotDrain final : public Around {
 public:
  using Around::Around;
  Move next(StepContext& context) const override {
    if (context.path.ends_with("/drain")) return Done{};
    return Around::next(context);
  }
};

}  // namespace

Executors planted_executors(PlantedBug bug) {
  Executors executors = standard_executors();
  switch (bug) {
    case PlantedBug::restore_previous_version:
      executors.add("restore", std::make_unique<RestoresPrevious>(make_restore()));
      break;
    case PlantedBug::ignore_approvals:
      executors.add("approval", std::make_unique<ApprovesItself>(make_approval()));
      break;
    case PlantedBug::adopt_everything:
      executors.add("shift", std::make_unique<AdoptsEverything>(make_shift()));
      break;
    case PlantedBug::effect_before_intent:
      executors.add("shift", std::make_unique<ActsFirst>(make_shift()));
      break;
    case PlantedBug::missing_data_passes:
      executors.add("check", std::make_unique<PassesWithoutData>(make_check()));
      break;
    case PlantedBug::lost_answer_fails:
      executors.add("shift", std::make_unique<TakesLostForFailed>(make_shift()));
      break;
    case PlantedBug::latest_compared:
      executors.add("prepare", std::make_unique<ComparesLatest>(make_prepare()));
      break;
    case PlantedBug::no_drain:
      executors.add("pause", std::make_unique<DoesNotDrain>(make_pause()));
      break;
    default: break;
  }
  return executors;
}

}  // namespace sluice::sim
