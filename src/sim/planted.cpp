#include "sim/planted.hpp"

#include "engine/release/release_state.hpp"
#include "engine/steps/steps.hpp"

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

}  // namespace

Executors planted_executors(PlantedBug bug) {
  Executors executors = standard_executors();
  if (bug == PlantedBug::restore_previous_version)
    executors.add("restore", std::make_unique<RestoresPrevious>(make_restore()));
  if (bug == PlantedBug::ignore_approvals)
    executors.add("approval", std::make_unique<ApprovesItself>(make_approval()));
  if (bug == PlantedBug::adopt_everything)
    executors.add("shift", std::make_unique<AdoptsEverything>(make_shift()));
  return executors;
}

}  // namespace sluice::sim
