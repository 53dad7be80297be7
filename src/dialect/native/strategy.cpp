#include "dialect/native/strategy.hpp"

#include <algorithm>

#include "dialect/unique_names.hpp"

namespace sluice::dialect::native {
namespace {

using plan::Node;
using Releases = std::vector<plan::Release const*>;

std::string function_of(plan::Release const& release) {
  return release.id.substr(release.id.find('/') + 1);
}

/// Whether the step has anything to do in a target with these functions.
bool concerns(NativeStep const& step, Releases const& releases) {
  auto is_candidate = [&](plan::Release const* one) { return function_of(*one) == step.candidate; };
  return step.candidate.empty() || std::ranges::any_of(releases, is_candidate);
}

/// One function or the candidates: a leaf, or a parallel with a leaf per function.
Node invoke_node(NativeStep const& step, std::string const& target, Releases const& releases) {
  auto invoke = std::get<plan::InvokeStep>(step.action);
  if (!invoke.function.empty()) {
    invoke.target = target;
    return plan::leaf(step.name, invoke);
  }
  std::vector<Node> leaves;
  for (plan::Release const* release : releases) {
    if (!step.candidate.empty() && function_of(*release) != step.candidate) continue;
    invoke.release = release->id;
    leaves.push_back(plan::leaf(function_of(*release), invoke));
  }
  if (leaves.size() != 1) {
    Node node = plan::parallel(step.name, std::move(leaves));
    node.on_child_failure = plan::OnChildFailure::finish;
    return node;
  }
  leaves.front().name = step.name;
  return std::move(leaves.front());
}

Node node_of(NativeStep const& step, std::string const& target, Releases const& releases) {
  if (std::holds_alternative<plan::InvokeStep>(step.action))
    return invoke_node(step, target, releases);
  if (auto const* pause = std::get_if<plan::PauseStep>(&step.action))
    return plan::leaf(step.name, *pause);
  if (auto const* approval = std::get_if<plan::ApprovalStep>(&step.action))
    return plan::leaf(step.name, *approval);
  auto const* webhook = std::get_if<plan::WebhookStep>(&step.action);
  ENSURE(webhook != nullptr);
  return plan::leaf(step.name, *webhook);
}

std::vector<std::string> ids_of(Releases const& releases) {
  std::vector<std::string> ids;
  for (auto const* release : releases) ids.push_back(release->id);
  return ids;
}

}  // namespace

std::vector<StrategyStep> strategy_for(Steps const& steps, std::string const& target,
                                       Releases const& releases) {
  using Kind = StrategyStep::Kind;
  std::vector<StrategyStep> out;
  for (auto const& step : steps) {
    if (!concerns(step, releases)) continue;
    StrategyStep made;
    if (auto const* shift = std::get_if<plan::ShiftStep>(&step.action)) {
      made.kind = Kind::shift;
      made.weight = shift->weight;
    } else if (auto const* check = std::get_if<plan::CheckStep>(&step.action)) {
      made.kind = Kind::check;
      made.check = *check;
    } else {
      made.node = node_of(step, target, releases);
      if (auto const* pause = std::get_if<plan::PauseStep>(&step.action); pause && !step.always)
        made.node.step->input = plan::to_json(plan::PauseStep{pause->duration, ids_of(releases)});
    }
    out.push_back(std::move(made));
  }
  return out;
}

std::vector<Node> gates_for(Steps const& gates, std::string const& target,
                            Releases const& releases) {
  UniqueNames names;
  std::vector<Node> nodes;
  for (auto const& gate : gates) {
    if (!concerns(gate, releases)) continue;
    Node node = node_of(gate, target, releases);
    node.name = names.unique(node.name);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

}  // namespace sluice::dialect::native
