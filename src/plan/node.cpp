#include "plan/node.hpp"

namespace sluice::plan {
namespace {

Node scope(std::string name, NodeKind kind, std::vector<Node> children) {
  Node node;
  node.name = std::move(name);
  node.kind = kind;
  node.children = std::move(children);
  return node;
}

}  // namespace

Node sequence(std::string name, std::vector<Node> children) {
  return scope(std::move(name), NodeKind::sequence, std::move(children));
}

Node parallel(std::string name, std::vector<Node> children) {
  return scope(std::move(name), NodeKind::parallel, std::move(children));
}

Node graph(std::string name, std::vector<Node> children) {
  return scope(std::move(name), NodeKind::graph, std::move(children));
}

Node step(std::string name, std::string kind, json::Value input) {
  Node node;
  node.name = std::move(name);
  node.step = Step{std::move(kind), std::move(input)};
  return node;
}

std::string_view name_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::sequence: return "sequence";
    case NodeKind::parallel: return "parallel";
    case NodeKind::graph: return "graph";
    case NodeKind::loop: return "loop";
    case NodeKind::step: return "step";
  }
  return "step";
}

std::string_view name_of(OnChildFailure mode) {
  switch (mode) {
    case OnChildFailure::cancel: return "cancel";
    case OnChildFailure::finish: return "finish";
    case OnChildFailure::carry_on: return "continue";
  }
  return "cancel";
}

std::string_view name_of(ActionKind kind) {
  switch (kind) {
    case ActionKind::fail: return "fail";
    case ActionKind::ignore: return "ignore";
    case ActionKind::mark_succeeded: return "mark_succeeded";
    case ActionKind::mark_failed: return "mark_failed";
    case ActionKind::retry: return "retry";
    case ActionKind::retry_scope: return "retry_scope";
    case ActionKind::ask: return "ask";
    case ActionKind::roll_back: return "roll_back";
    case ActionKind::stop: return "stop";
  }
  return "fail";
}

std::optional<ActionKind> action_kind_of(std::string_view name) {
  for (ActionKind kind : {ActionKind::fail, ActionKind::ignore, ActionKind::mark_succeeded,
                          ActionKind::mark_failed, ActionKind::retry, ActionKind::retry_scope,
                          ActionKind::ask, ActionKind::roll_back, ActionKind::stop})
    if (name_of(kind) == name) return kind;
  return std::nullopt;
}

}  // namespace sluice::plan
