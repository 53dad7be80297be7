#include "plan/node.hpp"

namespace sluice::plan {
namespace {

json::Value nodes_to_json(std::vector<Node> const& nodes) {
  json::Array items;
  for (auto const& node : nodes) items.push_back(to_json(node));
  return items;
}

json::Value rule_to_json(FailureRule const& rule) {
  json::Value out = json::Object{};
  json::Value classes = json::Array{};
  for (ErrorClass error : rule.classes) classes.push(name_of(error));
  if (!rule.classes.empty()) out.set("classes", classes);
  if (!rule.condition.is_null()) out.set("condition", rule.condition);
  out.set("action", to_json(rule.action));
  return out;
}

std::unexpected<Error> not_a_plan(std::string const& what) {
  return fail(ErrorCode::corrupt, "the stored plan cannot be read: " + what);
}

Result<std::vector<Node>> nodes_from_json(json::Value const& items) {
  std::vector<Node> nodes;
  for (auto const& item : items.items()) {
    auto node = node_from_json(item);
    if (!node) return std::unexpected(node.error());
    nodes.push_back(std::move(*node));
  }
  return nodes;
}

Result<FailureRule> rule_from_json(json::Value const& value) {
  FailureRule rule;
  for (auto const& item : value["classes"].items()) {
    auto error = error_class_of(item.as_string());
    if (!error) return not_a_plan("unknown error class '" + item.as_string() + "'");
    rule.classes.push_back(*error);
  }
  rule.condition = value["condition"];
  auto action = action_from_json(value["action"]);
  if (!action) return std::unexpected(action.error());
  rule.action = std::move(*action);
  return rule;
}

std::optional<NodeKind> node_kind_of(std::string_view name) {
  for (NodeKind kind :
       {NodeKind::sequence, NodeKind::parallel, NodeKind::graph, NodeKind::loop, NodeKind::step})
    if (name_of(kind) == name) return kind;
  return std::nullopt;
}

OnChildFailure child_failure_of(std::string_view name) {
  if (name == "finish") return OnChildFailure::finish;
  if (name == "continue") return OnChildFailure::carry_on;
  return OnChildFailure::cancel;
}

void write_scope_members(json::Value& out, Node const& node) {
  if (!node.needs.empty()) out.set("needs", json::array_of(node.needs));
  if (node.on_child_failure != OnChildFailure::cancel)
    out.set("on_child_failure", name_of(node.on_child_failure));
  if (!node.when.is_null()) out.set("when", node.when);
  if (node.timeout) {
    out.set(
        "timeout",
        json::Value{{"limit_ms", node.timeout->limit.count()},
                    {"counts", node.timeout->counts == Timeout::Counts::work ? "work" : "wall"}});
  }
  if (!node.on_failure.empty()) {
    json::Array rules;
    for (auto const& rule : node.on_failure) rules.push_back(rule_to_json(rule));
    out.set("on_failure", std::move(rules));
  }
}

Result<void> read_scope_members(json::Value const& value, Node& node) {
  for (auto const& need : value["needs"].items()) node.needs.push_back(need.as_string());
  node.on_child_failure = child_failure_of(value["on_child_failure"].as_string());
  node.when = value["when"];
  if (auto const& timeout = value["timeout"]; timeout.is_object()) {
    bool work = timeout["counts"].as_string() == "work";
    node.timeout = Timeout{Duration(timeout["limit_ms"].as_int()),
                           work ? Timeout::Counts::work : Timeout::Counts::wall};
  }
  for (auto const& item : value["on_failure"].items()) {
    auto rule = rule_from_json(item);
    if (!rule) return std::unexpected(rule.error());
    node.on_failure.push_back(std::move(*rule));
  }
  return {};
}

}  // namespace

json::Value to_json(Action const& action) {
  json::Value out{{"do", name_of(action.kind)}};
  if (action.count) out.set("count", action.count);
  json::Value intervals;
  for (Duration interval : action.intervals) intervals.push(interval.count());
  if (!intervals.is_null()) out.set("intervals", std::move(intervals));
  if (!action.scope.empty()) out.set("scope", action.scope);
  json::Value choices;
  for (ActionKind choice : action.choices) choices.push(name_of(choice));
  if (!choices.is_null()) out.set("choices", std::move(choices));
  if (action.timeout.count()) out.set("timeout_ms", action.timeout.count());
  if (!action.then.empty()) out.set("then", to_json(action.then.front()));
  return out;
}

Result<Action> action_from_json(json::Value const& value) {
  Action action;
  auto kind = action_kind_of(value["do"].as_string());
  if (!kind) return not_a_plan("unknown action '" + value["do"].as_string() + "'");
  action.kind = *kind;
  action.count = static_cast<int>(value["count"].as_int());
  for (auto const& interval : value["intervals"].items())
    action.intervals.emplace_back(interval.as_int());
  action.scope = value["scope"].as_string();
  for (auto const& choice : value["choices"].items()) {
    auto chosen = action_kind_of(choice.as_string());
    if (!chosen) return not_a_plan("unknown choice '" + choice.as_string() + "'");
    action.choices.push_back(*chosen);
  }
  action.timeout = Duration(value["timeout_ms"].as_int());
  if (value.contains("then")) {
    auto then = action_from_json(value["then"]);
    if (!then) return then;
    action.then.push_back(std::move(*then));
  }
  return action;
}

json::Value to_json(Node const& node) {
  json::Value out{{"name", node.name}};
  if (!node.title.empty()) out.set("title", node.title);
  out.set("kind", name_of(node.kind));
  write_scope_members(out, node);
  if (node.as_linked_run) out.set("as_linked_run", true);
  if (node.stay_on_stop) out.set("stay_on_stop", true);
  if (node.loop)
    out.set("loop", json::Value{{"items", node.loop->items},
                                {"max_concurrency", node.loop->max_concurrency}});
  if (node.step)
    out.set("step", json::Value{{"kind", node.step->kind}, {"input", node.step->input}});
  if (!node.guards.empty()) out.set("guards", nodes_to_json(node.guards));
  if (!node.compensation.empty()) out.set("compensation", nodes_to_json(node.compensation));
  if (!node.children.empty()) out.set("children", nodes_to_json(node.children));
  return out;
}

Result<Node> node_from_json(json::Value const& value) {
  Node node;
  node.name = value["name"].as_string();
  node.title = value["title"].as_string();
  auto kind = node_kind_of(value["kind"].as_string());
  if (!kind) return not_a_plan("unknown kind of node '" + value["kind"].as_string() + "'");
  node.kind = *kind;
  if (auto read = read_scope_members(value, node); !read) return std::unexpected(read.error());
  node.as_linked_run = value["as_linked_run"].as_bool();
  node.stay_on_stop = value["stay_on_stop"].as_bool();
  if (auto const& loop = value["loop"]; loop.is_object())
    node.loop = Loop{loop["items"], static_cast<int>(loop["max_concurrency"].as_int(1))};
  if (auto const& step = value["step"]; step.is_object())
    node.step = Step{step["kind"].as_string(), step["input"]};
  for (auto [name, into] :
       {std::pair{"guards", &node.guards}, std::pair{"compensation", &node.compensation},
        std::pair{"children", &node.children}}) {
    auto nodes = nodes_from_json(value[name]);
    if (!nodes) return std::unexpected(nodes.error());
    *into = std::move(*nodes);
  }
  return node;
}

}  // namespace sluice::plan
