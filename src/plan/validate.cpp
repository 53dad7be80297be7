#include <set>

#include "plan/plan.hpp"
#include "plan/secrets.hpp"

namespace sluice::plan {
namespace {

constexpr int max_depth = 32;

class Checker {
 public:
  explicit Checker(Plan const& plan) : plan_(plan) {}

  std::vector<std::string> run() {
    check_names();
    check_node(plan_.root, "", 0);
    check_linked_run();
    for (auto& text : misplaced_secrets(plan_)) say(std::move(text));
    return std::move(problems_);
  }

 private:
  void say(std::string text) { problems_.push_back(std::move(text)); }

  void check_names() {
    std::set<std::string> targets;
    for (auto const& target : plan_.targets)
      if (!targets.insert(target.name).second)
        say("target '" + target.name + "' is declared twice");
    std::set<std::string> releases;
    for (auto const& release : plan_.releases) {
      if (!releases.insert(release.id).second)
        say("release '" + release.id + "' is declared twice");
      if (!targets.contains(release.target))
        say("release '" + release.id + "' names the undeclared target '" + release.target + "'");
    }
  }

  void check_node(Node const& node, std::string const& path, int depth) {
    std::string where = path.empty() ? "the plan's root" : "'" + path + "'";
    if (depth > max_depth) return say(where + " is nested too deeply");
    if ((node.kind == NodeKind::step) != node.step.has_value())
      say(where + " must be either a scope or a step");
    if (node.kind == NodeKind::step && !node.children.empty())
      say(where + " is a step and has children");
    if (node.kind == NodeKind::loop && (!node.loop || node.children.size() != 1))
      say(where + " is a loop without exactly one body");
    if (node.loop && node.loop->max_concurrency < 1) say(where + " has a max_concurrency below 1");
    if (node.compensation.size() > 1) say(where + " has more than one compensation");
    if (node.step) check_step(*node.step, where);
    for (auto const& rule : node.on_failure) check_action(rule.action, path, where);
    check_group(node.children, path, "", depth);
    check_group(node.guards, path, "!", depth);
    check_group(node.compensation, path, "~", depth);
    if (node.kind == NodeKind::graph) check_graph(node, where);
  }

  void find_scopes(Node const& node, std::string const& path, bool repeated) {
    if (!node.compensation.empty()) scopes_.push_back(path);
    if (node.as_linked_run) {
      linked_.push_back(path);
      if (node.compensation.empty())
        say("'" + path + "' is to be rolled back by a run of its own and has no compensation");
      if (repeated) say("'" + path + "' in a loop cannot be rolled back by a run of its own");
    }
    for (auto const& child : node.children)
      find_scopes(child, child_path(path, child.name), repeated || node.loop.has_value());
  }

  /// The run ends when the linked one begins: nobody would roll back another scope any more.
  void check_linked_run() {
    find_scopes(plan_.root, "", false);
    if (linked_.empty()) return;
    std::string const& scope = linked_.front();
    for (auto const& other : scopes_) {
      bool inside = scope.empty() || other == scope || other.starts_with(scope + "/");
      if (!inside)
        say("'" + scope + "' is rolled back by a run of its own, and '" + other +
            "' outside it could not be rolled back then");
    }
  }

  void check_group(std::vector<Node> const& nodes, std::string const& path, std::string const& mark,
                   int depth) {
    std::set<std::string> names;
    for (auto const& node : nodes) {
      std::string child = child_path(path, mark + node.name);
      bool bad = node.name.empty() || node.name.find('/') != std::string::npos ||
                 std::string_view("[!~").find(node.name[0]) != std::string_view::npos;
      if (bad) say("'" + child + "' is not a usable node name");
      if (!names.insert(node.name).second) say("'" + child + "' is there twice");
      check_node(node, child, depth + 1);
    }
  }

  void check_step(Step const& step, std::string const& where) {
    if (step.kind.empty()) say(where + " has no kind of step");
    auto const& release = step.input["release"];
    if (release.is_string() && !release.as_string().empty() && !plan_.release(release.as_string()))
      say(where + " names the undeclared release '" + release.as_string() + "'");
    std::string const& since = step.input["since"].as_string();
    Node const* counted_from = since.empty() ? nullptr : find(plan_, since);
    if (!since.empty() && (!counted_from || !counted_from->step))
      say(where + " counts from the unknown step '" + since + "'");
  }

  void check_action(Action const& action, std::string const& path, std::string const& where) {
    bool scoped = action.kind == ActionKind::roll_back || action.kind == ActionKind::retry_scope;
    if (scoped && !action.scope.empty() && !find(plan_, action.scope))
      say(where + " names the unknown scope '" + action.scope + "'");
    bool repeats = action.kind == ActionKind::retry || action.kind == ActionKind::retry_scope;
    if (repeats && (action.count < 1 || action.count > 1000))
      say(where + " retries " + std::to_string(action.count) + " times; 1 to 1000 are possible");
    if (action.kind == ActionKind::ask && action.choices.empty())
      say(where + " asks without a choice");
    if (action.then.size() > 1) say(where + " has more than one follow-up action");
    for (auto const& then : action.then) check_action(then, path, where);
  }

  void check_graph(Node const& node, std::string const& where) {
    std::set<std::string> done;
    for (bool progress = true; progress;) {
      progress = false;
      for (auto const& child : node.children) {
        if (done.contains(child.name)) continue;
        bool ready = std::ranges::all_of(
            child.needs, [&](std::string const& need) { return done.contains(need); });
        if (ready) progress = done.insert(child.name).second;
      }
    }
    for (auto const& child : node.children) {
      for (auto const& need : child.needs)
        if (std::ranges::find(node.children, need, &Node::name) == node.children.end())
          say("'" + child.name + "' in " + where + " needs the unknown '" + need + "'");
      if (!done.contains(child.name))
        say("'" + child.name + "' in " + where + " can never start: its needs form a cycle");
    }
  }

  Plan const& plan_;
  std::vector<std::string> problems_;
  std::vector<std::string> scopes_;  ///< with a compensation
  std::vector<std::string> linked_;  ///< whose compensation is a run of its own
};

}  // namespace

std::vector<std::string> problems_of(Plan const& plan) { return Checker(plan).run(); }

}  // namespace sluice::plan
