#include "engine/failure.hpp"

#include "engine/events.hpp"

namespace sluice::engine {
namespace {

using plan::Action;
using plan::ActionKind;
using plan::FailureRule;
using plan::Node;

struct Verdict {
  Action action;  ///< default: fail
  std::string by = "-";
  std::string person;  ///< who chose it; empty: a rule did
};

bool names(FailureRule const& rule, plan::ErrorClass error) {
  return rule.classes.empty() || std::ranges::find(rule.classes, error) != rule.classes.end();
}

/// A compensation decides its own failures: the rules of the scope it rolls back are not for it.
bool leaves_compensation(std::string_view path) {
  std::size_t slash = path.rfind('/');
  return path.substr(slash == std::string_view::npos ? 0 : slash + 1).starts_with('~');
}

Verdict rule_for(plan::Plan const& plan, RunState const& state, std::string const& path,
                 plan::Evaluators const& evaluators) {
  auto const error = state.node(path).error.value_or(plan::ErrorClass::unknown);
  auto holds = [&](json::Value const& condition) {
    if (condition.is_null()) return true;
    auto value = evaluators.resolve(condition, scope_of(plan, state, path));
    return value && value->as_bool();
  };
  for (std::string_view at = path;; at = plan::parent_path(at)) {
    Node const* node = plan::find(plan, at);
    if (node)
      for (auto const& rule : node->on_failure)
        if (names(rule, error) && holds(rule.condition)) return {rule.action, std::string(at)};
    if (at.empty() || leaves_compensation(at)) return {};
  }
}

/// What its question came to: a person's choice, or what follows where nobody chose in time.
Verdict answer_to(NodeState const& asking) {
  Verdict verdict;
  if (!asking.decided_by.empty()) verdict.by = asking.decided_by;
  if (asking.answer.is_null()) {
    if (!asking.question.then.empty()) verdict.action = asking.question.then.front();
    return verdict;
  }
  verdict.action.kind = chosen_by(asking.answer["kind"].as_string()).value_or(ActionKind::fail);
  verdict.action.count = 1'000'000;  // a person may ask for another try as often as they like
  verdict.person = asking.answer["by"].as_string();
  return verdict;
}

class Decider {
 public:
  Decider(plan::Plan const& plan, RunState const& state, std::string_view path, Time now)
      : plan_(plan), state_(state), path_(path), node_(state.node(path)), now_(now) {}

  /// None: what is to be repeated has to end first.
  std::optional<Decision> decide(Action const& action, std::string const& by, int depth = 0) {
    bool bounded = depth < 8;
    switch (action.kind) {
      case ActionKind::retry:
        return bounded ? repeat(action, by, path_, depth) : decided(Action{}, by);
      case ActionKind::retry_scope:
        return bounded ? repeat(action, by, scope_of_action(action), depth) : decided(Action{}, by);
      case ActionKind::ask: return ask(action, by, depth);
      case ActionKind::roll_back: return roll_back(action, by);
      case ActionKind::stop: return stop();
      default: return decided(action, by);
    }
  }

 private:
  Decision decided(Action const& action, std::string const& by) {
    json::Value body{{"node", path_}, {"by", by}, {"action", plan::to_json(action)}};
    return {event::failure_decided, std::move(body)};
  }

  std::optional<Decision> then(Action const& action, std::string const& by, int depth) {
    return decide(action.then.empty() ? Action{} : action.then.front(), by, depth + 1);
  }

  std::string scope_of_action(Action const& action) const {
    if (!action.scope.empty()) return action.scope;
    auto scope = scope_to_roll_back(plan_, path_);
    return scope.found ? scope.path : std::string(path_);
  }

  std::optional<Decision> repeat(Action const& action, std::string const& by,
                                 std::string const& scope, int depth) {
    auto const& tries = state_.node(scope).tries;
    auto used = tries.find(by);
    int tried = used == tries.end() ? 0 : used->second;
    if (tried >= action.count) return then(action, by, depth);
    if (works_below(scope)) return end_scope(scope);
    Decision decision = decided(action, by);
    decision.body.set("scope", scope);
    decision.body.set("tries", tried + 1);
    if (!action.intervals.empty()) {
      std::size_t index = std::min(static_cast<std::size_t>(tried), action.intervals.size() - 1);
      decision.body.set("until_ms", to_millis(now_ + action.intervals[index]));
    }
    return decision;
  }

  /// Leaves at work: what they are doing outside has to come to its end before they are forgotten.
  bool works_below(std::string const& scope) const {
    return std::ranges::any_of(state_.nodes, [&](auto const& entry) {
      auto const& [path, it] = entry;
      Node const* node =
          it.active() && path != path_ && within(path, scope) ? plan::find(plan_, path) : nullptr;
      return node && node->step;
    });
  }

  std::optional<Decision> end_scope(std::string const& scope) const {
    // A node that has failed can have guards that are still at work.
    bool ends_already = std::ranges::all_of(state_.nodes, [&](auto const& entry) {
      auto const& [path, it] = entry;
      return path == path_ || !it.active() || !within(path, scope) || it.ending;
    });
    if (state_.node(scope).ending || ends_already) return std::nullopt;
    json::Value body{{"node", scope},
                     {"status", name_of(NodeStatus::cancelled)},
                     {"reason", "it is tried again"}};
    // Who asked repeats the scope once the others have ended.
    if (node_.status == NodeStatus::asking) body.set("except", path_);
    return Decision{event::node_ending, std::move(body)};
  }

  std::optional<Decision> ask(Action const& action, std::string const& by, int depth) {
    if (action.timeout.count() == 0) return then(action, by, depth);
    Decision decision = decided(action, by);
    decision.body.set("until_ms", to_millis(now_ + action.timeout));
    return decision;
  }

  Decision roll_back(Action const& action, std::string const& by) {
    std::string scope = action.scope;
    if (scope.empty()) {
      // None above: what can be rolled back below the node that decided.
      auto found = scope_to_roll_back(plan_, path_);
      // What could not even begin has nothing to undo; what is around it has.
      while (found.found && !found.path.empty() && state_.node(found.path).attempt == 0)
        found = scope_to_roll_back(plan_, plan::parent_path(found.path));
      scope = found.found || by == "-" ? found.path : by;
    }
    Node const* node = plan::find(plan_, scope);
    bool possible = node && state_.node(scope).attempt > 0;
    if (!possible) return decided(Action{}, by);
    // A node outside the scope (a gate behind it) names a finished one: once.
    bool outside = !within(path_, scope);
    bool gone = outside && (is_rolled_back(scope) || !state_.node(scope).succeeded());
    if (gone || node_.decided) return decided(Action{}, by);
    json::Value body{{"scope", scope}, {"reason", node_.reason}, {"by", "plan"}, {"node", path_}};
    if (outside) body.set("decided_by", by);
    if (node_.error) body.set("class", plan::name_of(*node_.error));
    return {event::rollback_started, std::move(body)};
  }

  bool is_rolled_back(std::string const& scope) const {
    return std::ranges::any_of(state_.rollbacks,
                               [&](Rollback const& it) { return it.scope == scope; });
  }

  Decision stop() {
    return {event::stopping,
            json::Value{{"reason", node_.reason}, {"by", "plan"}, {"roll_back", false}}};
  }

  plan::Plan const& plan_;
  RunState const& state_;
  std::string path_;
  NodeState const& node_;
  Time now_;
};

bool in_rollback(RunState const& state, std::string_view path) {
  for (auto const& rollback : state.rollbacks) {
    if (rollback.done || !within(path, rollback.scope)) continue;
    if (!in_compensation(path.substr(rollback.scope.size()))) return true;
  }
  return false;
}

}  // namespace

ScopeFound scope_to_roll_back(plan::Plan const& plan, std::string_view path) {
  for (std::string_view at = path;; at = plan::parent_path(at)) {
    Node const* node = plan::find(plan, at);
    if (node && !node->compensation.empty()) return {std::string(at), true};
    if (at.empty()) return {};
  }
}

std::optional<Decision> decide_failure(plan::Plan const& plan, RunState const& state,
                                       plan::Evaluators const& evaluators, Time now) {
  for (auto const& [path, it] : state.nodes) {
    bool question = it.status == NodeStatus::asking;
    bool waits = it.answer.is_null() && (!it.due || *it.due > now);
    if (question && (it.ending || waits)) continue;
    if (!question && (it.status != NodeStatus::failed || it.decided)) continue;
    Decider decider(plan, state, path, now);
    // Its scope is being rolled back or the run is stopping: nothing is left to decide.
    Verdict verdict;
    if (in_rollback(state, path) || state.stop) {
    } else {
      verdict = question ? answer_to(it) : rule_for(plan, state, path, evaluators);
    }
    auto decision = decider.decide(verdict.action, verdict.by);
    if (!decision) continue;
    if (!verdict.person.empty()) decision->body.set("person", verdict.person);
    return decision;
  }
  return std::nullopt;
}

std::optional<ActionKind> chosen_by(std::string_view signal) {
  if (signal == "retry" || signal == "continue") return ActionKind::retry;
  if (signal == "rollback") return ActionKind::roll_back;
  if (signal == "fail") return ActionKind::fail;
  return plan::action_kind_of(signal);
}

}  // namespace sluice::engine
