#include "plan/adjust.hpp"

namespace sluice::plan {
namespace {

template <class Visit>
void each_node(Node& node, Visit const& visit) {
  visit(node);
  for (auto* group : {&node.children, &node.guards, &node.compensation})
    for (auto& child : *group) each_node(child, visit);
}

void remove_below(Node& node, std::string_view kind) {
  for (auto* group : {&node.children, &node.guards}) {
    for (auto& child : *group) remove_below(child, kind);
    std::erase_if(*group, [&](Node const& child) {
      bool emptied = child.kind != NodeKind::step && child.children.empty();
      return emptied || (child.step && child.step->kind == kind);
    });
  }
}

}  // namespace

void set_hold_timeout(Plan& plan, Duration timeout) {
  plan.hold_timeout = timeout;
  each_node(plan.root, [&](Node& node) {
    for (auto& rule : node.on_failure) {
      bool external =
          std::ranges::find(rule.classes, ErrorClass::external_change) != rule.classes.end();
      if (external && rule.action.kind == ActionKind::ask) rule.action.timeout = timeout;
    }
  });
}

void remove_steps(Plan& plan, std::string_view kind) { remove_below(plan.root, kind); }

}  // namespace sluice::plan
