#include "engine/events.hpp"
#include "engine/release/fence.hpp"
#include "engine/run_state.hpp"

namespace sluice::engine {
namespace {

std::optional<plan::ErrorClass> class_of(json::Value const& body) {
  return plan::error_class_of(body["class"].as_string());
}

class Fold {
 public:
  Fold(RunState& state, plan::Plan const& plan, Event const& event)
      : state_(state),
        plan_(plan),
        event_(event),
        body_(event.body),
        path_(event.body["node"].as_string()) {}

  void run() {
    state_.last_seq = event_.seq;
    merge_release();
    apply_by_type();
    account_for_work();
  }

 private:
  NodeState& node() { return state_.nodes[path_]; }

  void apply_by_type() {
    std::string const& type = event_.type;
    if (type == event::run_created)
      created();
    else if (type == event::run_queued)
      state_.queued = Queued{body_["lock"].as_string(), body_["behind"].as_string()};
    else if (type == event::locks_taken)
      state_.queued.reset();
    else if (type == event::run_ended)
      run_ended();
    else if (type == event::node_started)
      node_started();
    else if (type == event::node_ended)
      node_ended();
    else if (type == event::node_ending)
      end_below(path_, ending_of(body_), body_["except"].as_string());
    else if (type == event::node_parked)
      node_parked();
    else if (type == event::node_woken)
      node().status = NodeStatus::running, node().due.reset();
    else if (type == event::loop_expanded)
      loop_expanded();
    else if (type == event::effect_intended)
      node().effects.push_back({body_["effect"], std::nullopt, false, {}, event_.epoch, event_.at});
    else if (type == event::effect_happened)
      close_effect(true);
    else if (type == event::effect_void)
      close_effect(false);
    else if (type == event::failure_decided)
      failure_decided();
    else if (type == event::rollback_started)
      rollback_started();
    else if (type == event::compensation_started)
      rollback(body_["scope"].as_string()).compensating = true;
    else if (type == event::rollback_ended)
      rollback_ended();
    else if (type == event::rollback_handed_over)
      rollback_handed_over();
    else if (type == event::signal)
      signalled();
    else if (type == event::stopping)
      state_.stop =
          Stop{body_["reason"].as_string(), body_["by"].as_string(), body_["roll_back"].as_bool(),
               body_["superseded_by"].as_string(), body_["stay"].as_bool()};
  }

  void created() {
    state_.created = event_.at;
    state_.requester = body_["requester"].as_string();
    state_.options = body_["options"];
    for (auto const& [id, release] : body_["releases"].members()) state_.releases[id] = release;
    if (body_.contains("linked_from")) begin_as_linked_run();
  }

  /// It finds the scope as the run before it left it, with nothing to do but its compensation.
  void begin_as_linked_run() {
    state_.linked_from = body_["linked_from"].as_string();
    for (auto const& [path, known] : body_["nodes"].members()) {
      NodeState& it = state_.nodes[path];
      it.status = node_status_of(known["status"].as_string());
      it.outputs = known["outputs"];
      it.decided = true;
    }
    Rollback& entry = rollback(body_["scope"].as_string());
    entry.reason = body_["reason"].as_string();
    entry.error = class_of(body_);
    entry.requested_by = body_["by"].as_string();
    NodeState& scope = state_.nodes[entry.scope];
    scope = NodeState{};
    scope.status = NodeStatus::running;
    scope.attempt = 1;
  }

  void rollback_handed_over() {
    state_.linked_run = body_["run"].as_string();
    rollback(body_["scope"].as_string()).done = true;
    for (auto& [path, it] : state_.nodes) {
      if (!it.active()) continue;
      it.status = NodeStatus::cancelled;
      it.reason = "run " + state_.linked_run + " rolls it back";
      it.decided = true;
      it.ended = event_.at;
      it.due.reset();
      it.ending.reset();
    }
  }

  void run_ended() {
    state_.queued.reset();
    state_.end_state = body_["state"].as_string();
    state_.ended = event_.at;
    for (auto const& [id, place] : body_["places"].members())
      state_.releases[id].set("place", place);
  }

  void merge_release() {
    auto const& patch = body_["release"];
    if (!patch.is_object()) return;
    auto& release = state_.releases[patch["id"].as_string()];
    for (auto const& [name, value] : patch["set"].members()) release.set(name, value);
    for (auto const& name : patch["unset"].items()) release.erase(name.as_string());
  }

  void node_started() {
    NodeState& it = node();
    auto tries = std::move(it.tries);
    it = NodeState{};
    it.tries = std::move(tries);
    it.status = NodeStatus::running;
    it.attempt = static_cast<int>(body_["attempt"].as_int(1));
    it.input = body_["input"];
    it.started = event_.at;
    auto const* declared = plan::find(plan_, path_);
    it.counts_work =
        declared && declared->timeout && declared->timeout->counts == plan::Timeout::Counts::work;
  }

  void node_ended() {
    NodeState& it = node();
    it.status = node_status_of(body_["status"].as_string());
    it.error = class_of(body_);
    it.reason = body_["reason"].as_string();
    it.hint = body_["hint"].as_string();
    if (body_.contains("outputs")) it.outputs = body_["outputs"];
    if (body_.contains("decided_by"))
      it.decided = true, it.decided_by = body_["decided_by"].as_string();
    it.ended = event_.at;
    it.due.reset();
    it.ending.reset();
    it.waiting_for.clear();
    it.asks_person = false;
  }

  static Ending ending_of(json::Value const& body) {
    return {
        node_status_of(body["status"].as_string()), class_of(body), body["reason"].as_string(), {}};
  }

  /// The node ends as said; everything active below it, but no compensation, is cancelled.
  void end_below(std::string const& scope, Ending const& ending, std::string_view except = {}) {
    for (auto& [path, it] : state_.nodes) {
      if (!within(path, scope) || !it.active()) continue;
      if (!except.empty() && path == except) continue;
      if (in_compensation(std::string_view(path).substr(scope.size()))) continue;
      if (path == scope)
        it.ending = Ending{ending.status, ending.error, ending.reason, event_.at};
      else if (!it.ending)
        it.ending = Ending{NodeStatus::cancelled, ending.error, ending.reason, event_.at};
    }
  }

  void node_parked() {
    NodeState& it = node();
    it.status = NodeStatus::parked;
    it.due.reset();
    if (body_.contains("due_ms")) it.due = from_millis(body_["due_ms"].as_int());
    it.waiting_for = body_["waiting_for"].as_string();
    if (body_.contains("memory")) it.memory = body_["memory"];
    it.asks_person = body_["asks_person"].as_bool();
  }

  void loop_expanded() {
    for (auto const& item : body_["items"].items()) {
      node().items.push_back(item["name"].as_string());
      node().item_values.push_back(item["value"]);
    }
  }

  void close_effect(bool happened) {
    auto& effects = node().effects;
    if (effects.empty()) return;
    EffectRecord& it = effects.back();
    it.closed = event_.at;
    if (happened)
      it.result = body_["result"];
    else
      it.void_ = true;
    if (!guarded_by_alias(it.intent["name"].as_string())) return;
    if (happened) node().fence_due = false;
    // An owner's own executor has come back: only of one that is gone a write may be on its way.
    if (!happened && event_.epoch > it.epoch) node().fence_due = true;
  }

  void failure_decided() {
    NodeState& it = node();
    it.decided = true;
    it.decided_by = body_["by"].as_string();
    plan::Action action = plan::action_from_json(body_["action"]).value_or(plan::Action{});
    using plan::ActionKind;
    switch (action.kind) {
      case ActionKind::ignore: it.status = NodeStatus::ignored; break;
      case ActionKind::mark_succeeded: it.status = NodeStatus::succeeded; break;
      case ActionKind::mark_failed:
        it.status = NodeStatus::failed;
        it.error = plan::ErrorClass::user_marked;
        break;
      case ActionKind::retry: try_again(path_); break;
      case ActionKind::retry_scope: try_again(body_["scope"].as_string()); break;
      case ActionKind::ask:
        it.status = NodeStatus::asking;
        it.decided = false;
        it.question = action;
        it.answer = {};
        it.due = from_millis(body_["until_ms"].as_int());
        break;
      default: it.status = NodeStatus::failed; break;
    }
  }

  void try_again(std::string const& scope) {
    auto tries = state_.nodes[scope].tries;
    int attempt = state_.nodes[scope].attempt;
    tries[body_["by"].as_string()] = static_cast<int>(body_["tries"].as_int());
    std::erase_if(state_.nodes, [&](auto const& entry) { return within(entry.first, scope); });
    std::erase_if(state_.rollbacks,
                  [&](Rollback const& entry) { return within(entry.scope, scope); });
    NodeState& it = state_.nodes[scope];
    it.tries = std::move(tries);
    it.attempt = attempt;
    if (body_.contains("until_ms")) it.due = from_millis(body_["until_ms"].as_int());
  }

  Rollback& rollback(std::string const& scope) {
    for (auto& entry : state_.rollbacks)
      if (entry.scope == scope && !entry.done) return entry;
    return state_.rollbacks.emplace_back(Rollback{scope, "", std::nullopt, "", false, false});
  }

  void rollback_started() {
    std::string scope = body_["scope"].as_string();
    Rollback& entry = rollback(scope);
    entry.reason = body_["reason"].as_string();
    entry.error = class_of(body_);
    entry.requested_by = body_["by"].as_string();
    if (!path_.empty() && path_ != scope) {
      node().decided = true;
      node().decided_by = body_.contains("decided_by") ? body_["decided_by"].as_string() : scope;
      // It asked a person until now; where it lies outside the scope nothing else ends it.
      if (node().status == NodeStatus::asking && !within(path_, scope))
        node().status = NodeStatus::failed;
    }
    NodeState& it = state_.nodes[scope];
    it.status = NodeStatus::running;
    it.ended.reset();
    end_below(scope, {NodeStatus::rolled_back, entry.error, entry.reason});
  }

  void rollback_ended() {
    std::string scope = body_["scope"].as_string();
    Rollback& entry = rollback(scope);
    entry.done = true;
    NodeState& it = state_.nodes[scope];
    it.status = node_status_of(body_["status"].as_string());
    it.error = entry.error;
    it.reason = body_.contains("reason") ? body_["reason"].as_string() : entry.reason;
    it.ended = event_.at;
    it.ending.reset();
    it.decided = true;
    it.decided_by = scope;
  }

  void signalled() {
    std::string const& kind = body_["kind"].as_string();
    if (kind == "pause")
      state_.paused = true;
    else if (kind == "continue")
      state_.paused = false;
    else if (kind == "promote")
      state_.promoting = true, state_.promoted_by = body_["by"].as_string();
    if (!body_.contains("node")) return;
    if (node().status == NodeStatus::asking)
      node().answer = body_;
    else
      node().signals.push_back(body_);
  }

  /// A node works unless everything active below it is parked or asks (Timeout::Counts::work).
  void account_for_work() {
    for (auto& [path, it] : state_.nodes) {
      if (!it.counts_work) continue;
      if (!it.active()) {
        it.working_since.reset();
        continue;
      }
      if (it.working_since) it.worked += event_.at - *it.working_since;
      bool works = works_below(path);
      it.working_since = works ? std::optional(event_.at) : std::nullopt;
    }
  }

  bool works_below(std::string const& scope) const {
    auto const* itself = plan::find(plan_, scope);
    if (itself && itself->step) return state_.node(scope).status == NodeStatus::running;
    bool any_leaf = false;
    for (auto const& [path, it] : state_.nodes) {
      if (path == scope || !within(path, scope) || !it.active()) continue;
      auto const* declared = plan::find(plan_, path);
      if (!declared || declared->kind != plan::NodeKind::step) continue;
      any_leaf = true;
      if (it.status == NodeStatus::running) return true;
    }
    return !any_leaf;
  }

  RunState& state_;
  plan::Plan const& plan_;
  Event const& event_;
  json::Value const& body_;
  std::string path_;
};

}  // namespace

void apply(RunState& state, plan::Plan const& plan, Event const& event) {
  Fold(state, plan, event).run();
}

}  // namespace sluice::engine
