#include "cli/plan_options.hpp"

#include <algorithm>
#include <functional>

#include "engine/step.hpp"
#include "plan/expression.hpp"
#include "plan/steps.hpp"

namespace sluice::cli {
namespace {

using plan::Node;

template <class NodeType>
void each_node(NodeType& node, std::function<void(NodeType&)> const& visit) {
  visit(node);
  for (auto* below : {&node.children, &node.guards, &node.compensation})
    for (auto& child : *below) each_node<NodeType>(child, visit);
}

void set_hold(std::vector<plan::FailureRule>& rules, Duration timeout) {
  for (auto& rule : rules) {
    bool holds =
        rule.action.kind == plan::ActionKind::ask &&
        std::ranges::find(rule.classes, plan::ErrorClass::external_change) != rule.classes.end();
    if (holds) rule.action.timeout = timeout;
  }
}

bool only_bypass_checks(Node const& node) {
  if (node.step) return node.step->kind == "bypass_check";
  return !node.children.empty() && std::ranges::all_of(node.children, only_bypass_checks);
}

std::string named(Node const& node) { return "'" + node.shown() + "'"; }

void check_step(std::vector<std::string>& out, Node const& node,
                engine::Executors const& executors) {
  std::string const& kind = node.step->kind;
  if (!executors.find(kind)) {
    out.push_back("step " + named(node) + " is of the kind '" + kind +
                  "', which this version cannot do");
  } else if (kind == "webhook" && plan::webhook_step(node.step->input).callback) {
    out.push_back("webhook " + named(node) +
                  " waits for a callback, which needs a server to receive it");
  } else if (kind == "approval" && !plan::approval_step(node.step->input).roles.empty()) {
    out.push_back("approval " + named(node) +
                  " names roles, and only a server with users can tell who has them");
  }
}

}  // namespace

Result<void> apply_plan_options(plan::Plan& plan, Parsed const& line, bool terminal) {
  for (auto& release : plan.releases) {
    if (line.has("heal")) release.heal_to_primary = true;
    if (line.has("restore")) release.restore_latest = true;
  }
  auto hold = duration_option(line, "hold-timeout");
  if (!hold) return std::unexpected(hold.error());
  if (!*hold && !terminal) *hold = Duration{};
  bool drop = line.has("no-bypass-check");
  if (*hold) plan.hold_timeout = **hold;
  each_node<Node>(plan.root, [&](Node& node) {
    if (*hold) set_hold(node.on_failure, **hold);
    if (drop) std::erase_if(node.children, only_bypass_checks);
  });
  return {};
}

std::vector<std::string> unsupported_in(plan::Plan const& plan) {
  std::vector<std::string> out;
  static engine::Executors const executors = engine::standard_executors();
  each_node<Node const>(plan.root, [&](Node const& node) {
    if (node.step) check_step(out, node, executors);
    if (node.as_linked_run)
      out.push_back("the rollback of " + named(node) + " is to be a run of its own");
  });
  return out;
}

}  // namespace sluice::cli
