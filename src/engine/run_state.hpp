#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "store/store.hpp"

namespace sluice::engine {

/// A line of the journal; see events.hpp for the types.
using Event = store::EventRow;

enum class NodeStatus {
  pending,  ///< not started; or waiting to be tried again
  running,
  parked,  ///< waits for a time or a signal: holds nothing but its record
  asking,  ///< failed, and waits for a person to decide what that means
  succeeded,
  ignored,  ///< failed, but the plan goes on as if it had not
  failed,
  skipped,
  cancelled,
  rolled_back,  ///< its compensation ran to the end
};

std::string_view name_of(NodeStatus status);
NodeStatus node_status_of(std::string_view name);

/// One intent and what became of it (design E1).
struct EffectRecord {
  json::Value intent;                 ///< {name, before, desired, …} as it was committed
  std::optional<json::Value> result;  ///< happened
  bool void_ = false;                 ///< surely did not happen
  Time closed{};                      ///< when its outcome was journalled
  std::int64_t epoch = 0;             ///< of the owner that intended it
  Time intended{};                    ///< when it was journalled
  bool open() const { return !result && !void_; }
};

/// What a node becomes as soon as everything below it has ended.
struct Ending {
  NodeStatus status = NodeStatus::cancelled;
  std::optional<plan::ErrorClass> error;
  std::string reason;
  Time since{};  ///< when it was told to end
};

struct NodeState {
  NodeStatus status = NodeStatus::pending;
  int attempt = 0;                    ///< 1 from its first start on
  json::Value input;                  ///< of a step: resolved
  std::vector<EffectRecord> effects;  ///< of this attempt
  json::Value outputs;
  std::optional<plan::ErrorClass> error;
  std::string reason, hint;
  std::string decided_by;  ///< path of the node whose rule decided its failure; "-": none
  bool decided = false;    ///< its failure needs no further decision
  std::optional<Ending> ending;
  std::optional<Time> started, ended;
  std::optional<Time> due;   ///< parked: wants to go on; asking: time-out; pending: not before
  std::string waiting_for;   ///< for people, while it is parked
  json::Value memory;        ///< what a parked step wants back
  bool asks_person = false;  ///< parked for an approval
  std::vector<std::string> items;  ///< of a loop: its children's names, once expanded
  std::vector<json::Value> item_values;
  std::vector<json::Value>
      signals;  ///< that came for it and were not consumed by an earlier attempt
  std::map<std::string, int> tries;  ///< repetitions used up, by deciding node
  plan::Action question;             ///< while asking
  json::Value answer;                ///< while asking: the signal that chose; null: none yet
  bool counts_work = false;          ///< has a timeout that counts work
  bool fence_due = false;            ///< an earlier owner may still write the alias (fence.hpp)
  Duration worked{};                 ///< for that timeout
  std::optional<Time> working_since;

  bool active() const {
    return status == NodeStatus::running || status == NodeStatus::parked ||
           status == NodeStatus::asking;
  }
  bool over() const { return status != NodeStatus::pending && !active(); }
  bool succeeded() const {
    return status == NodeStatus::succeeded || status == NodeStatus::ignored ||
           status == NodeStatus::skipped;
  }
};

struct Rollback {
  std::string scope;
  std::string reason;
  std::optional<plan::ErrorClass> error;
  std::string requested_by;   ///< a person or "plan"
  bool compensating = false;  ///< everything below the scope has ended
  bool done = false;
};

/// Why the run as a whole is to end before its plan does.
struct Stop {
  std::string reason;
  std::string by;
  bool roll_back = false;     ///< asked as a rollback: finished scopes go back too
  std::string superseded_by;  ///< a run that took its place; empty: somebody asked
  /// What a run of its own would roll back is left as it is: whoever asked wants no such run.
  bool stay = false;
};

/// What a run that has not begun waits for (design E12).
struct Queued {
  std::string lock;
  std::string behind;  ///< the run directly before it: it holds the lock, or waits for it as well
  friend bool operator==(Queued const&, Queued const&) = default;
};

/// A run as its journal tells it: the fold of its events and nothing else.
struct RunState {
  std::string id;
  Time created{};
  std::string requester;
  json::Value options;
  std::int64_t last_seq = 0;
  std::map<std::string, NodeState, std::less<>> nodes;  ///< by path; only those that were touched
  std::vector<Rollback> rollbacks;
  std::map<std::string, json::Value> releases;  ///< ReleaseState by release id
  std::optional<Stop> stop;
  std::optional<Queued> queued;  ///< none: it has its locks
  std::string linked_run;        ///< the run that carries out its rollback
  std::string linked_from;       ///< the run whose rollback this one carries out
  bool paused = false;
  bool promoting = false;
  std::string promoted_by;
  std::string end_state;  ///< empty while it runs
  std::optional<Time> ended;

  NodeState const& node(std::string_view path) const;
  bool over() const { return !end_state.empty(); }
};

/// Applies one event. Pure: the same events always give the same state.
void apply(RunState& state, plan::Plan const& plan, Event const& event);

/// Whether `path` is `scope` or below it.
bool within(std::string_view path, std::string_view scope);
/// Whether `path` is a compensation's or below one: a part of it is marked "~".
bool in_compensation(std::string_view path);

/// Whether a rollback is under way: such a run is claimed before others.
bool rolls_back(RunState const& state);

/// How a run ended, from its releases (design E4): "succeeded", "rolled_back", "failed", "stopped",
/// "needs_person", "rejected", "superseded".
std::string end_state_of(plan::Plan const& plan, RunState const& state);
/// When, later than `after`, a parked, asking or waiting node next wants to act; none: only a
/// signal moves the run. What was due before and is still there waits for something else: a pause
/// of the run, room in its loop.
std::optional<Time> next_due(plan::Plan const& plan, RunState const& state, Time after);

}  // namespace sluice::engine
