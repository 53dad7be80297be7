#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"
#include "plan/error_class.hpp"

namespace sluice::plan {

enum class NodeKind {
  sequence,  ///< children one after the other
  parallel,  ///< children at the same time
  graph,     ///< children as soon as those they `need` have succeeded
  loop,      ///< the one child once per item
  step,      ///< a leaf: the only kind with an effect
};

/// What a failed child means for the others of its scope.
enum class OnChildFailure {
  cancel,    ///< end the running ones, start no more
  finish,    ///< let the running ones end, start no more
  carry_on,  ///< all of them run ("continue"); the scope fails at its end
};

struct Timeout {
  enum class Counts {
    wall,  ///< from start to end
    work,  ///< without the time in which everything below it is parked
  };
  Duration limit{};
  Counts counts = Counts::wall;
};

enum class ActionKind {
  fail,    ///< the node stays failed; its scope decides
  ignore,  ///< goes on as if it had succeeded, and says so
  mark_succeeded,
  mark_failed,  ///< failed with class user_marked
  retry,        ///< the failed node again, `count` times, after `intervals`; then `then`
  retry_scope,  ///< `scope` again from its start, `count` times; then `then`
  ask,          ///< a person picks one of `choices`; without an answer in `timeout`: `then`
  roll_back,    ///< compensates `scope`, which then counts as rolled back
  stop,         ///< ends the run
};

struct Action {
  ActionKind kind = ActionKind::fail;
  int count = 0;
  std::vector<Duration> intervals;  ///< the last one repeats; none: at once
  /// The scope's path, or empty: the nearest ancestor (or the node itself) with a compensation.
  std::string scope;
  std::vector<ActionKind> choices;
  Duration timeout{};        ///< of `ask`; zero: `then` at once
  std::vector<Action> then;  ///< none or one; none means `fail`
};

/// One line of `on_failure`: the first whose classes hold the failure's decides.
struct FailureRule {
  std::vector<ErrorClass> classes;  ///< none: any class
  json::Value condition;            ///< an expression, or null: always
  Action action;
};

/// A leaf's work: a kind that an executor is registered for, and its input. Any value of the input
/// may be an expression (expression.hpp); it is evaluated when the step starts.
struct Step {
  std::string kind;
  json::Value input;
};

struct Loop {
  json::Value items;        ///< an array, or an expression that gives one
  int max_concurrency = 1;  ///< at least 1
};

/// An element of the plan's tree.
struct Node {
  std::string name;   ///< unique among its siblings; without '/', and not starting with [ ! ~
  std::string title;  ///< for people; the name where it is empty
  NodeKind kind = NodeKind::step;
  std::vector<Node> children;      ///< a loop has exactly one: its body
  std::vector<std::string> needs;  ///< in a graph: siblings that must have succeeded
  OnChildFailure on_child_failure = OnChildFailure::cancel;
  json::Value when;  ///< null: its scope has not failed; "always"; or an expression
  std::optional<Timeout> timeout;
  std::vector<Node> guards;  ///< steps that run beside it while it is active and can fail it
  std::vector<FailureRule> on_failure;
  std::vector<Node> compensation;  ///< how this scope is rolled back: none or one node
  bool as_linked_run = false;      ///< the compensation is a run of its own
  /// A stop, or a failure that no rule rolls back, leaves this scope where it is: the plan says
  /// "left split". A stop that is asked for as a rollback rolls it back all the same.
  bool stay_on_stop = false;
  std::optional<Loop> loop;
  std::optional<Step> step;

  std::string const& shown() const { return title.empty() ? name : title; }
};

Node sequence(std::string name, std::vector<Node> children);
Node parallel(std::string name, std::vector<Node> children);
Node graph(std::string name, std::vector<Node> children);
Node step(std::string name, std::string kind, json::Value input);

std::string_view name_of(NodeKind kind);
std::string_view name_of(OnChildFailure mode);
std::string_view name_of(ActionKind kind);
std::optional<ActionKind> action_kind_of(std::string_view name);

json::Value to_json(Action const& action);
Result<Action> action_from_json(json::Value const& value);

/// Members that hold their default are left out, so that equal nodes have equal text.
json::Value to_json(Node const& node);
Result<Node> node_from_json(json::Value const& value);

}  // namespace sluice::plan
