#include "sim/signals.hpp"

#include <tuple>

#include "engine/waits.hpp"

namespace sluice::sim {
namespace {

using engine::Signal;

void move_alias(Random& random, Cloud& cloud, FunctionScenario const& function,
                engine::ReleaseState const& release) {
  std::string version = release.candidate_version;
  if (version.empty() || chance(random, 0.6)) version = "1";
  // A version that is not there is refused, as it would be for them.
  std::ignore = cloud.call(
      function.region, "UpdateAlias",
      json::Value{{"FunctionName", function.name},
                  {"Name", function.alias},
                  {"FunctionVersion", version},
                  {"RoutingConfig",
                   json::Value{{"AdditionalVersionWeights", json::Value(json::Object{})}}}});
}

}  // namespace

Signal draw_signal(Random& random) {
  static constexpr char const* kinds[] = {"approve", "reject",   "skip",     "promote",
                                          "pause",   "continue", "rollback", "stop",
                                          "approve", "skip",     "rollback", "retry"};
  return {kinds[random.below(std::size(kinds))], "", "somebody", "", {}};
}

std::optional<Signal> draw_answer(Random& random, Scenario const& scenario,
                                  engine::RunState const& state) {
  if (state.paused) return Signal{"continue", "", "operator", "", {}};
  for (auto const& [path, node] : state.nodes) {
    if (node.status == engine::NodeStatus::asking) {
      auto const& choices = node.question.choices;
      return Signal{
          engine::signal_for(choices[random.below(choices.size())]), path, "operator", "", {}};
    }
    if (node.status == engine::NodeStatus::parked && node.asks_person && node.signals.empty())
      return Signal{
          chance(random, scenario.approves) ? "approve" : "reject", path, "operator", "", {}};
  }
  return std::nullopt;
}

void act_as_somebody_else(Random& random, Cloud& cloud, FunctionScenario const& function,
                          engine::ReleaseState const& release) {
  bool to_alias = !function.alias.empty() && chance(random, 0.7);
  if (to_alias) return move_alias(random, cloud, function, release);
  std::ignore = cloud.call(function.region, "UpdateFunctionConfiguration",
                           json::Value{{"FunctionName", function.name}, {"MemorySize", 512}});
}

}  // namespace sluice::sim
