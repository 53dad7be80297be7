#include "sim/invariant.hpp"

namespace sluice::sim {
namespace {

/// After this many a run is broken beyond doubt, and more sentences only hide the first.
constexpr std::size_t most_violations = 10;

}  // namespace

FunctionScenario const& View::function(std::string_view release) const {
  auto found = std::ranges::find(scenario.functions, release, &FunctionScenario::release);
  ENSURE(found != scenario.functions.end());
  return *found;
}

engine::ReleaseState View::release(std::string const& id) const {
  auto found = state.releases.find(id);
  return found == state.releases.end() ? engine::ReleaseState{}
                                       : engine::release_state(found->second);
}

std::string shown(IntentName const& intent) {
  return intent.path + " attempt " + std::to_string(intent.attempt) + " intent " +
         std::to_string(intent.index + 1);
}

std::optional<IntentName> open_intent(View const& view, CloudCall const& call) {
  for (auto const& [path, node] : view.state.nodes) {
    if (node.effects.empty() || !node.effects.back().open()) continue;
    std::string const& name = node.effects.back().intent["name"].as_string();
    // What the call of an intent is named in Lambda's API.
    bool alias = name == "DescribeAlias" || name == "FenceAlias";
    if ((alias ? "UpdateAlias" : name) != call.operation) continue;
    auto const& function = view.function(node.input["release"].as_string());
    if (function.name != call.function || function.region != call.region) continue;
    return IntentName{path, node.attempt, node.effects.size() - 1};
  }
  return std::nullopt;
}

void Invariant::violated(std::string text) {
  if (violations_.size() < most_violations) violations_.push_back(std::move(text));
}

std::vector<std::unique_ptr<Invariant>> all_invariants() {
  std::vector<std::unique_ptr<Invariant>> all;
  all.push_back(effects_invariant());
  all.push_back(weights_invariant());
  all.push_back(approvals_invariant());
  all.push_back(verdicts_invariant());
  all.push_back(places_invariant());
  all.push_back(journal_invariant());
  all.push_back(fences_invariant());
  all.push_back(drain_invariant());
  all.push_back(webhooks_invariant());
  return all;
}

}  // namespace sluice::sim
