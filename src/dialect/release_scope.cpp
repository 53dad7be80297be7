#include "dialect/release_scope.hpp"

#include <cstdio>

#include "dialect/unique_names.hpp"

namespace sluice::dialect {
namespace {

using plan::Node;
using plan::Release;

/// A leaf for one function; for several a parallel whose children carry the functions' names.
template <class Make>
Node spread(std::string const& name, std::vector<Release const*> const& releases, Make make) {
  if (releases.size() == 1) return plan::leaf(name, make(*releases.front()));
  std::vector<Node> leaves;
  for (Release const* release : releases)
    leaves.push_back(plan::leaf(release->id.substr(release->id.find('/') + 1), make(*release)));
  Node node = plan::parallel(name, std::move(leaves));
  node.on_child_failure = plan::OnChildFailure::finish;
  return node;
}

std::string weight_text(double weight) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", weight);
  return text;
}

}  // namespace

Node release_scope(std::vector<Release const*> const& releases,
                   std::vector<StrategyStep> const& steps, ScopeOptions const& options) {
  UniqueNames names;
  std::vector<Node> children;
  auto add = [&](std::string const& name, auto make) {
    children.push_back(spread(names.unique(name), releases, make));
  };
  add("prepare", [&](Release const& r) { return plan::PrepareStep{r.id, options.level}; });
  if (options.bypass_check && options.level == plan::PrepareLevel::full)
    add("bypass-check", [](Release const& r) { return plan::BypassCheckStep{r.id}; });
  add("publish", [](Release const& r) { return plan::PublishStep{r.id}; });
  double last_weight = 0;
  for (auto const& step : steps) {
    if (step.kind == StrategyStep::Kind::shift) {
      last_weight = step.weight;
      add("shift-" + weight_text(step.weight),
          [&](Release const& r) { return plan::ShiftStep{r.id, step.weight}; });
      children.back().title = "shift to " + weight_text(step.weight) + " %";
    } else if (step.kind == StrategyStep::Kind::check) {
      add("check", [&](Release const& r) {
        plan::CheckStep check = step.check;
        check.release = r.id;
        return check;
      });
      children.back().title = "check for " + text_of(step.check.duration);
    } else {
      children.push_back(step.node);
      children.back().name = names.unique(step.node.name);
    }
  }
  if (last_weight < 100) {
    add("shift-100", [](Release const& r) { return plan::ShiftStep{r.id, 100}; });
    children.back().title = "shift to 100 %";
  }
  add("finish", [](Release const& r) { return plan::FinishStep{r.id}; });

  Node scope = plan::sequence("release", std::move(children));
  scope.on_failure = plan::release_rules(options.external_change, options.hold_timeout);
  Node restore =
      spread("restore", releases, [](Release const& r) { return plan::RestoreStep{r.id}; });
  restore.on_child_failure = plan::OnChildFailure::carry_on;
  scope.compensation.push_back(std::move(restore));
  return scope;
}

}  // namespace sluice::dialect
