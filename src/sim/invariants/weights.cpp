#include "plan/steps.hpp"
#include "sim/invariant.hpp"

namespace sluice::sim {
namespace {

class Weights final : public Invariant {
 public:
  void look(View const& view) override {
    if (view.cleans_up() || !view.state.linked_run.empty()) return;
    for (auto const& function : view.scenario.functions) {
      if (function.alias.empty() || view.foreign.contains(function.release)) continue;
      auto release = view.release(function.release);
      if (release.candidate_version.empty() || release.unchanged) continue;
      auto content = view.cloud.alias(function);
      if (!content) continue;
      double share = content->share_of(release.candidate_version) * 100;
      double allowed = allowed_by(view, function.release);
      if (share > allowed + 1e-6)
        violated("the candidate of " + function.release + " has " + std::to_string(share) +
                 " % of the traffic, and the steps that started allow " + std::to_string(allowed));
    }
  }

 private:
  /// The highest weight of the release's shifts that were begun; once it is restored, none.
  double allowed_by(View const& view, std::string const& release) {
    // A run that carries out a rollback finds whatever the run before it had shifted, and a scope
    // that is tried again what its last try had.
    double& allowed =
        reached_.try_emplace(release, view.state.linked_from.empty() ? 0 : 100).first->second;
    for (auto const& [path, node] : view.state.nodes) {
      auto const* declared = plan::find(view.plan(), path);
      if (!declared || !declared->step || node.attempt == 0) continue;
      if (node.input["release"].as_string() != release) continue;
      std::string const& kind = declared->step->kind;
      if (kind == "restore" && node.status == engine::NodeStatus::succeeded)
        return allowed = restored(view, release);
      if (node.status == engine::NodeStatus::skipped) continue;
      if (kind == "shift") allowed = std::max(allowed, plan::shift_step(node.input).weight);
      if (kind == "finish") allowed = 100;
    }
    return allowed;
  }

  /// A function or alias that this run made has nothing else to serve.
  static double restored(View const& view, std::string const& id) {
    auto release = view.release(id);
    return !release.function_existed || release.place == engine::Place::on_candidate ? 100 : 0;
  }

  std::map<std::string, double> reached_;
};

}  // namespace

std::unique_ptr<Invariant> weights_invariant() { return std::make_unique<Weights>(); }

}  // namespace sluice::sim
