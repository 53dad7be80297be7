#include "engine/interpreter.hpp"

#include "engine/events.hpp"
#include "engine/failure.hpp"
#include "engine/pause.hpp"

namespace sluice::engine {
namespace {

using plan::Node;
using plan::NodeKind;
using plan::OnChildFailure;

json::Value at(std::string_view path) { return json::Value{{"node", path}}; }

Decision ended(std::string_view path, NodeStatus status, std::string reason = {}) {
  json::Value body = at(path);
  body.set("status", name_of(status));
  if (!reason.empty()) body.set("reason", std::move(reason));
  return {event::node_ended, std::move(body)};
}

/// Finds the next decision by walking the tree from the root; stops at the first.
class Walk {
 public:
  Walk(plan::Plan const& plan, RunState const& state, plan::Evaluators const& evaluators, Time now)
      : plan_(plan), state_(state), evaluators_(evaluators), now_(now) {}

  std::optional<Decision> run() {
    if (state_.over()) return std::nullopt;
    if (state_.queued) return state_.stop ? std::optional(end_with_state()) : std::nullopt;
    if (auto found = roll_backs()) return found;
    if (auto found = decide_failure(plan_, state_, evaluators_, now_)) return found;
    if (!state_.linked_from.empty()) return end_linked_run();
    if (auto found = stop()) return found;
    if (auto found = visit(plan_.root, "")) return found;
    return end_run();
  }

 private:
  struct Child {
    Node const* node;
    std::string path;
  };

  NodeState const& at_path(std::string const& path) const { return state_.node(path); }

  bool active_below(std::string const& scope, bool with_compensation) const {
    for (auto it = state_.nodes.begin(); it != state_.nodes.end(); ++it) {
      auto const& [path, node] = *it;
      if (path == scope || !within(path, scope) || !node.active()) continue;
      bool compensation = in_compensation(std::string_view(path).substr(scope.size()));
      if (with_compensation || !compensation) return true;
    }
    return false;
  }

  // --- rolling back ---

  std::optional<Decision> roll_backs() {
    for (auto const& rollback : state_.rollbacks) {
      if (rollback.done) continue;
      if (auto found = roll_back(rollback)) return found;
    }
    return std::nullopt;
  }

  std::optional<Decision> roll_back(Rollback const& rollback) {
    Node const* scope = plan::find(plan_, rollback.scope);
    if (!scope) return std::nullopt;
    if (auto found = end_what_waits(rollback.scope)) return found;
    if (!rollback.compensating) {
      if (active_below(rollback.scope, false)) return std::nullopt;
      // A step that is its own scope is at work itself: what it does outside ends first.
      if (has_open_effect(at_path(rollback.scope)) || at_path(rollback.scope).fence_due)
        return std::nullopt;
      if (scope->as_linked_run && state_.linked_from.empty()) return hand_over(rollback);
      return Decision{event::compensation_started, json::Value{{"scope", rollback.scope}}};
    }
    std::vector<Child> parts = compensations_of(*scope, rollback.scope);
    std::string failed;
    bool in_order = scope->kind == NodeKind::sequence;
    bool all_over = true;
    for (auto const& part : parts) {
      if (auto found = visit(*part.node, part.path)) return found;
      NodeState const& it = at_path(part.path);
      all_over &= it.over();
      if (it.over() && !it.succeeded() && failed.empty()) failed = it.reason;
      if (!it.over() && in_order) break;
    }
    if (!all_over) return std::nullopt;
    json::Value body{
        {"scope", rollback.scope},
        {"status", name_of(failed.empty() ? NodeStatus::rolled_back : NodeStatus::failed)}};
    if (!failed.empty()) body.set("reason", "the rollback did not complete: " + failed);
    return Decision{event::rollback_ended, std::move(body)};
  }

  /// The run ends with its rollback's beginning in another one: whatever else it does ends before.
  std::optional<Decision> hand_over(Rollback const& rollback) {
    NodeState const& root = at_path("");
    if (root.active() && !root.ending) {
      json::Value body = at("");
      body.set("status", name_of(NodeStatus::cancelled));
      body.set("reason", rollback.reason);
      return Decision{event::node_ending, std::move(body)};
    }
    if (auto found = end_what_waits("")) return found;
    for (auto const& [path, it] : state_.nodes) {
      Node const* node = it.active() ? plan::find(plan_, path) : nullptr;
      if (node && node->step) return std::nullopt;
    }
    return Decision{event::rollback_handed_over, json::Value{{"scope", rollback.scope}}};
  }

  /// The scope's own compensation, or those of the started scopes below it, last first.
  std::vector<Child> compensations_of(Node const& scope, std::string const& path) const {
    if (!scope.compensation.empty())
      return {{&scope.compensation[0], plan::child_path(path, "~" + scope.compensation[0].name)}};
    std::vector<Child> parts;
    auto children = children_of(scope, path);
    for (auto it = children.rbegin(); it != children.rend(); ++it) {
      if (at_path(it->path).attempt == 0) continue;
      for (auto& part : compensations_of(*it->node, it->path)) parts.push_back(std::move(part));
    }
    return parts;
  }

  /// Parked and asking leaves that are to end do so at once; running ones end with their move.
  std::optional<Decision> end_what_waits(std::string const& scope) {
    for (auto const& [path, it] : state_.nodes) {
      if (!it.ending || !within(path, scope)) continue;
      Node const* node = plan::find(plan_, path);
      bool leaf = node && node->kind == NodeKind::step;
      bool waits = it.status == NodeStatus::parked || it.status == NodeStatus::asking;
      if (leaf && waits && !has_open_effect(it)) return end_as(path, *it.ending);
      bool rolling_back = it.ending->status == NodeStatus::rolled_back;
      if (!leaf && !rolling_back && it.active() && !active_below(path, true) &&
          !under_rollback(path))
        return end_as(path, *it.ending);
    }
    return std::nullopt;
  }

  static bool has_open_effect(NodeState const& it) {
    return !it.effects.empty() && it.effects.back().open();
  }

  bool under_rollback(std::string const& path) const {
    for (auto const& rollback : state_.rollbacks)
      if (!rollback.done && within(rollback.scope, path)) return true;
    return false;
  }

  static Decision end_as(std::string const& path, Ending const& ending) {
    Decision decision = ended(path, ending.status, ending.reason);
    if (ending.error) decision.body.set("class", plan::name_of(*ending.error));
    if (ending.status == NodeStatus::cancelled) decision.body.set("decided_by", "-");
    return decision;
  }

  // --- stopping ---

  std::optional<Decision> stop() {
    if (!state_.stop) return std::nullopt;
    if (auto found = roll_back_for_stop(plan_.root, "")) return found;
    NodeState const& root = at_path("");
    if (root.attempt == 0) return end_with_state();  // paused before it began: nothing to undo
    if (root.active() && !root.ending) {
      json::Value body = at("");
      body.set("status", name_of(NodeStatus::cancelled));
      body.set("reason", state_.stop->reason);
      return Decision{event::node_ending, std::move(body)};
    }
    return end_what_waits("");
  }

  /// The outermost scopes that can be rolled back: active ones, those that wait for their next try,
  /// and for a rollback finished ones too.
  std::optional<Decision> roll_back_for_stop(Node const& node, std::string const& path) {
    NodeState const& it = at_path(path);
    if (it.attempt == 0) return std::nullopt;
    if (!node.compensation.empty()) {
      bool tried = it.active() || it.status == NodeStatus::pending;
      bool eligible = tried || (state_.stop->roll_back && it.succeeded());
      if (!eligible || stays(node) || rolled_back_already(path)) return std::nullopt;
      return Decision{
          event::rollback_started,
          json::Value{{"scope", path}, {"reason", state_.stop->reason}, {"by", state_.stop->by}}};
    }
    for (auto const& child : children_of(node, path))
      if (auto found = roll_back_for_stop(*child.node, child.path)) return found;
    return std::nullopt;
  }

  /// Whether a scope that is not rolled back stays where it is because the plan says so, or whoever
  /// stopped the run wanted no other run to begin.
  bool stays(Node const& node) const {
    bool const no_rollback =
        node.as_linked_run &&
        std::ranges::none_of(node.on_failure, leads_to_rollback, &plan::FailureRule::action);
    if (!state_.stop) return node.stay_on_stop || no_rollback;
    if (state_.stop->roll_back) return false;
    return node.stay_on_stop || (state_.stop->stay && node.as_linked_run);
  }

  static bool leads_to_rollback(plan::Action const& action) {
    auto const kind = plan::ActionKind::roll_back;
    return action.kind == kind || std::ranges::find(action.choices, kind) != action.choices.end() ||
           std::ranges::any_of(action.then, leads_to_rollback);
  }

  bool rolled_back_already(std::string const& path) const {
    for (auto const& rollback : state_.rollbacks)
      if (rollback.scope == path) return true;
    return false;
  }

  // --- the tree ---

  std::vector<Child> children_of(Node const& node, std::string const& path) const {
    std::vector<Child> children;
    if (node.kind == NodeKind::loop) {
      for (auto const& item : at_path(path).items)
        children.push_back({&node.children[0], plan::child_path(path, "[" + item + "]")});
    } else {
      for (auto const& child : node.children)
        children.push_back({&child, plan::child_path(path, child.name)});
    }
    return children;
  }

  std::optional<Decision> visit(Node const& node, std::string const& path) {
    NodeState const& it = at_path(path);
    if (it.status == NodeStatus::pending) return start(node, path);
    if (!it.active()) return guards_after_the_end(node, path);
    // What asks has failed already: to fail it once more would be to ask once more.
    bool asks = it.status == NodeStatus::asking;
    if (asks) return it.ending ? end_what_waits(path) : end_guards_that_wait(node, path);
    if (auto found = time_out(node, path)) return found;
    if (it.ending) return end_what_waits(path);
    if (auto found = visit_guards(node, path)) return found;
    if (node.kind == NodeKind::step) return std::nullopt;
    if (node.kind == NodeKind::loop && it.items.empty() && !it.outputs.is_object()) {
      if (auto found = expand(node, path)) return found;
    }
    auto children = children_of(node, path);
    if (node.kind == NodeKind::sequence) return visit_sequence(node, path, children);
    return visit_together(node, path, children);
  }

  std::optional<Decision> start(Node const& node, std::string const& path) {
    NodeState const& it = at_path(path);
    bool compensates = in_compensation(path);
    if ((state_.paused && !compensates) || (it.due && *it.due > now_)) return std::nullopt;
    if (auto skipped = skip_when_promoting(node, path)) return skipped;
    if (node.when.is_object() || node.when.is_bool()) {
      auto value = evaluators_.resolve(node.when, scope_of(plan_, state_, path));
      if (!value) return failed_to_start(path, value.error());
      if (!value->as_bool()) return ended(path, NodeStatus::skipped, "its condition is false");
    }
    json::Value body = at(path);
    body.set("attempt", it.attempt + 1);
    if (node.step) {
      auto input = evaluators_.resolve(node.step->input, scope_of(plan_, state_, path));
      if (!input) return failed_to_start(path, input.error());
      if (node.step->kind == "pause") pin_pause(plan_, state_, *input);
      body.set("input", std::move(*input));
    }
    return Decision{event::node_started, std::move(body)};
  }

  std::optional<Decision> failed_to_start(std::string const& path, Error const& error) {
    Decision decision = ended(path, NodeStatus::failed, error.message);
    decision.body.set("class", plan::name_of(plan::ErrorClass::configuration));
    if (!error.hint.empty()) decision.body.set("hint", error.hint);
    return decision;
  }

  /// Promoting leaves out waits, checks and partial shifts; never an approval.
  std::optional<Decision> skip_when_promoting(Node const& node, std::string const& path) {
    if (!state_.promoting || !node.step) return std::nullopt;
    std::string const& kind = node.step->kind;
    bool partial = kind == "shift" && node.step->input["weight"].as_double(100) < 100;
    if (kind != "pause" && kind != "check" && !partial) return std::nullopt;
    return ended(path, NodeStatus::skipped, "promoted by " + state_.promoted_by);
  }

  std::optional<Decision> time_out(Node const& node, std::string const& path) {
    NodeState const& it = at_path(path);
    if (!node.timeout || it.ending || !it.started) return std::nullopt;
    Duration used = now_ - *it.started;
    if (node.timeout->counts == plan::Timeout::Counts::work)
      used = it.worked + (it.working_since ? now_ - *it.working_since : Duration{});
    if (used < node.timeout->limit) return std::nullopt;
    json::Value body = at(path);
    body.set("status", name_of(NodeStatus::failed));
    body.set("class", plan::name_of(plan::ErrorClass::timeout));
    body.set("reason", "'" + node.shown() + "' did not end within " + text_of(node.timeout->limit));
    return Decision{event::node_ending, std::move(body)};
  }

  std::optional<Decision> expand(Node const& node, std::string const& path) {
    auto items = evaluators_.resolve(node.loop->items, scope_of(plan_, state_, path));
    if (!items) return failed_to_start(path, items.error());
    if (!items->is_array())
      return failed_to_start(
          path, Error{ErrorCode::invalid_input, "the items of a loop must be a list", ""});
    if (items->items().empty()) return ended(path, NodeStatus::succeeded, "nothing to repeat");
    json::Value named = json::Array{};
    std::map<std::string, int> seen;
    for (auto const& item : items->items()) {
      std::string name = item.is_string() ? item.as_string() : item.dump();
      std::ranges::replace(name, '/', '_');
      if (int count = seen[name]++) name += "-" + std::to_string(count + 1);
      named.push(json::Value{{"name", name}, {"value", item}});
    }
    json::Value body = at(path);
    body.set("items", std::move(named));
    return Decision{event::loop_expanded, std::move(body)};
  }

  std::optional<Decision> visit_guards(Node const& node, std::string const& path) {
    for (auto const& guard : node.guards) {
      std::string guard_path = plan::child_path(path, "!" + guard.name);
      if (auto found = visit(guard, guard_path)) return found;
      NodeState const& it = at_path(guard_path);
      if (!it.over() || it.succeeded() || it.status == NodeStatus::cancelled) continue;
      json::Value body = at(path);
      body.set("status", name_of(NodeStatus::failed));
      body.set("class", plan::name_of(it.error.value_or(plan::ErrorClass::unknown)));
      body.set("reason", "'" + guard.shown() + "' failed: " + it.reason);
      return Decision{event::node_ending, std::move(body)};
    }
    return std::nullopt;
  }

  /// Those that were told to end because what they guard is tried again.
  std::optional<Decision> end_guards_that_wait(Node const& node, std::string const& path) {
    for (auto const& guard : node.guards) {
      std::string guard_path = plan::child_path(path, "!" + guard.name);
      NodeState const& it = at_path(guard_path);
      if (!it.active() || !it.ending) continue;
      if (auto found = end_what_waits(guard_path)) return found;
    }
    return std::nullopt;
  }

  /// A node that has ended takes its guards with it.
  std::optional<Decision> guards_after_the_end(Node const& node, std::string const& path) {
    for (auto const& guard : node.guards) {
      std::string guard_path = plan::child_path(path, "!" + guard.name);
      NodeState const& it = at_path(guard_path);
      if (!it.active()) continue;
      if (it.ending) return end_what_waits(guard_path);
      json::Value body = at(guard_path);
      body.set("status", name_of(NodeStatus::cancelled));
      body.set("reason", "what it guarded has ended");
      return Decision{event::node_ending, std::move(body)};
    }
    return std::nullopt;
  }

  bool failed(Child const& child) const {
    NodeState const& it = at_path(child.path);
    return it.over() && !it.succeeded() && (it.decided || it.status != NodeStatus::failed);
  }

  std::optional<Decision> visit_sequence(Node const& node, std::string const& path,
                                         std::vector<Child> const& children) {
    bool any_failed = false;
    for (auto const& child : children) {
      NodeState const& it = at_path(child.path);
      if (it.over()) {
        any_failed |= failed(child);
        if (auto found = guards_after_the_end(*child.node, child.path)) return found;
        // Its failure is decided as soon as what it takes with it has ended.
        if (it.status == NodeStatus::failed && !it.decided) return std::nullopt;
        continue;
      }
      bool runs = !any_failed || !child.node->when.is_null() ||
                  node.on_child_failure == OnChildFailure::carry_on;
      if (it.status == NodeStatus::pending && !runs)
        return ended(child.path, NodeStatus::skipped, "an earlier step failed");
      return visit(*child.node, child.path);
    }
    return finish(node, path, children);
  }

  std::optional<Decision> visit_together(Node const& node, std::string const& path,
                                         std::vector<Child> const& children) {
    bool any_failed =
        std::ranges::any_of(children, [&](Child const& child) { return failed(child); });
    bool ends_others = any_failed && node.on_child_failure != OnChildFailure::carry_on;
    std::size_t limit =
        node.loop ? static_cast<std::size_t>(node.loop->max_concurrency) : children.size();
    std::size_t running = 0;
    bool all_over = true;
    for (auto const& child : children) running += at_path(child.path).active();
    for (auto const& child : children) {
      NodeState const& it = at_path(child.path);
      if (it.over()) {
        if (auto found = guards_after_the_end(*child.node, child.path)) return found;
        continue;
      }
      all_over = false;
      if (it.status == NodeStatus::pending) {
        if (auto found = start_together(node, path, child, ends_others, running < limit))
          return found;
        running += at_path(child.path).active();
      } else {
        if (ends_others && node.on_child_failure == OnChildFailure::cancel && !it.ending)
          return cancel(child.path);
        if (auto found = visit(*child.node, child.path)) return found;
      }
    }
    if (!all_over) return std::nullopt;
    return finish(node, path, children);
  }

  std::optional<Decision> start_together(Node const& node, std::string const& path,
                                         Child const& child, bool ends_others, bool room) {
    bool always = !child.node->when.is_null();
    if (ends_others && !always)
      return ended(child.path, NodeStatus::skipped, "another part of its scope failed");
    for (auto const& need : child.node->needs) {
      NodeState const& needed = at_path(plan::child_path(path, need));
      if (!needed.over() || (needed.status == NodeStatus::failed && !needed.decided))
        return std::nullopt;
      bool usable = needed.status == NodeStatus::succeeded || needed.status == NodeStatus::ignored;
      if (!usable && !always)
        return ended(child.path, NodeStatus::skipped, "'" + need + "' did not succeed");
    }
    (void)node;
    if (!room) return std::nullopt;
    return visit(*child.node, child.path);
  }

  static Decision cancel(std::string const& path) {
    json::Value body = at(path);
    body.set("status", name_of(NodeStatus::cancelled));
    body.set("reason", "another part of its scope failed");
    return {event::node_ending, std::move(body)};
  }

  /// What was cancelled only followed the failure of another one. Null: none failed.
  Child const* cause_of_failure(std::vector<Child> const& children) const {
    Child const* cause = nullptr;
    for (auto const& child : children) {
      if (!failed(child)) continue;
      if (at_path(child.path).status != NodeStatus::cancelled) return &child;
      if (!cause) cause = &child;
    }
    return cause;
  }

  /// Ends a scope whose children have all ended, once its guards have ended too.
  std::optional<Decision> finish(Node const& node, std::string const& path,
                                 std::vector<Child> const& children) {
    for (auto const& child : children)
      if (NodeState const& it = at_path(child.path); it.status == NodeStatus::failed && !it.decided)
        return std::nullopt;
    for (auto const& guard : node.guards) {
      std::string guard_path = plan::child_path(path, "!" + guard.name);
      NodeState const& it = at_path(guard_path);
      if (!it.active()) continue;
      if (it.ending) return end_what_waits(guard_path);
      return Decision{event::node_ending, json::Value{{"node", guard_path},
                                                      {"status", name_of(NodeStatus::cancelled)},
                                                      {"reason", "what it guarded has ended"}}};
    }
    if (auto const* child = cause_of_failure(children)) {
      NodeState const& cause = at_path(child->path);
      Decision decision = ended(path, NodeStatus::failed, cause.reason);
      decision.body.set("class", plan::name_of(cause.error.value_or(plan::ErrorClass::unknown)));
      // A rule here or above has spoken already, or none exists: do not ask again.
      bool spoken = cause.decided_by == "-" || within(path, cause.decided_by) ||
                    cause.status == NodeStatus::cancelled;
      if (spoken)
        decision.body.set("decided_by", cause.decided_by.empty() ? "-" : cause.decided_by);
      return decision;
    }
    return ended(path, NodeStatus::succeeded);
  }

  std::optional<Decision> end_run() {
    NodeState const& root = at_path("");
    if (!root.over()) return std::nullopt;
    for (auto const& [path, it] : state_.nodes)
      if (it.active()) return std::nullopt;
    if (root.status == NodeStatus::failed && !root.decided) return std::nullopt;
    return end_with_state();
  }

  /// A linked run does its one rollback and nothing else of its plan.
  std::optional<Decision> end_linked_run() const {
    bool all_done = std::ranges::all_of(state_.rollbacks, &Rollback::done);
    return all_done ? std::optional(end_with_state()) : std::nullopt;
  }

  Decision end_with_state() const {
    RunState last = state_;
    json::Value settled = places();
    for (auto const& [id, place] : settled.members()) last.releases[id].set("place", place);
    json::Value body{{"state", end_state_of(plan_, last)}};
    if (!settled.is_null()) body.set("places", std::move(settled));
    return {event::run_ended, std::move(body)};
  }

  /// Nothing moves any more: what a rollback did not put back is split because the plan says so, or
  /// nobody knows.
  json::Value places() const {
    json::Value places;
    for (auto const& [id, release] : state_.releases)
      if (release["place"].as_string() == "moving")
        places.set(id, stays_split(plan_.root, "", id, false) ? "left_split" : "unknown");
    return places;
  }

  bool stays_split(Node const& node, std::string const& path, std::string const& release,
                   bool stays_above) const {
    bool const here = stays_above || (stays(node) && !rolled_back_already(path));
    if (node.step) return here && node.step->input["release"].as_string() == release;
    if (here && !knows_what_happened(path)) return false;
    return std::ranges::any_of(node.children, [&](Node const& child) {
      return stays_split(child, plan::child_path(path, child.name), release, here);
    });
  }

  /// Whether no step below failed over an effect of which nobody could say if it happened.
  bool knows_what_happened(std::string const& scope) const {
    return std::ranges::none_of(state_.nodes, [&](auto const& entry) {
      auto const& [path, it] = entry;
      return within(path, scope) && it.status == NodeStatus::failed &&
             it.error == plan::ErrorClass::unknown && has_void_effect(it);
    });
  }

  static bool has_void_effect(NodeState const& it) {
    return !it.effects.empty() && it.effects.back().void_;
  }

  plan::Plan const& plan_;
  RunState const& state_;
  plan::Evaluators const& evaluators_;
  Time now_;
};

}  // namespace

std::optional<Decision> decide(plan::Plan const& plan, RunState const& state,
                               plan::Evaluators const& evaluators, Time now) {
  return Walk(plan, state, evaluators, now).run();
}

plan::Scope scope_of(plan::Plan const& plan, RunState const& state, std::string_view path) {
  json::Value nodes = json::Object{};
  for (auto const& [node_path, it] : state.nodes)
    if (!it.outputs.is_null()) nodes.set(node_path, it.outputs);
  json::Value releases = json::Object{};
  for (auto const& [id, release] : state.releases) releases.set(id, release);
  json::Value scope{{"context", plan.context},
                    {"nodes", nodes},
                    {"releases", releases},
                    {"run", json::Value{{"id", state.id}, {"name", plan.name}}}};
  // The innermost loop's item, found by the "[name]" in the path.
  for (std::string_view at = path; !at.empty(); at = plan::parent_path(at)) {
    std::string_view parent = plan::parent_path(at);
    std::string_view name = at.substr(parent.empty() ? 0 : parent.size() + 1);
    if (!name.starts_with('[')) continue;
    NodeState const& loop = state.node(parent);
    for (std::size_t i = 0; i < loop.items.size(); ++i)
      if ("[" + loop.items[i] + "]" == name) scope.set("item", loop.item_values[i]);
    break;
  }
  return scope;
}

}  // namespace sluice::engine
