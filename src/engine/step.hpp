#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "engine/release/release_state.hpp"
#include "engine/run_state.hpp"

namespace sluice::engine {

struct Services;

/// An intent: exactly one thing that will be done outside, committed before it is done (design E1).
/// What it holds is enough to tell by content, later, whether it happened: never a secret, and of
/// environment values hashes only.
struct Effect {
  std::string name;     ///< "UpdateAlias"
  json::Value before;   ///< what was found, with the guard (RevisionId)
  json::Value desired;  ///< what will be there when it has happened
  json::Value more;     ///< whatever else `perform` and `settle` need
};

json::Value to_json(Effect const& effect);
Effect effect_of(json::Value const& intent);

/// The next move of a step.
struct Park {
  std::optional<Time> until;
  std::string waiting_for;  ///< for people: "traffic at 10 %", "approval"
  json::Value memory;       ///< given back in the record
  bool durable = true;      ///< false: a short poll; only in memory, never journalled
  bool asks_person = false;
};
struct Done {
  json::Value outputs;
  NodeStatus status = NodeStatus::succeeded;  ///< or skipped, with a reason
  std::string reason;
};
struct Failed {
  plan::ErrorClass error = plan::ErrorClass::unknown;
  std::string reason;
  std::string hint;
};
using Move = std::variant<Effect, Park, Done, Failed>;

/// What came of doing an effect.
struct Happened {
  json::Value result;
  bool adopted = false;  ///< found done: by an earlier try whose answer was lost
};
/// It surely did not happen, and repeating cannot help.
struct Refused {
  Failed why;
};
/// It surely did not happen; the step may move again after a while.
struct NotNow {
  Duration wait{};
  std::string reason;
};
/// It may have happened: `settle` decides by content (design E2).
struct MaybeDone {
  std::string reason;
};
using Performed = std::variant<Happened, Refused, NotNow, MaybeDone>;

/// What a look at the outside told of an effect whose outcome is unknown.
struct DidNotHappen {
  std::string reason;
};
struct ChangedByOthers {
  std::string found;  ///< for people
};
using Settled = std::variant<Happened, DidNotHappen, ChangedByOthers, Refused, NotNow>;

/// What an executor is given: a copy of its part of the run, valid for this one call. The release
/// may be changed; the change is committed together with the move or outcome.
struct StepContext {
  Services& services;
  std::shared_ptr<plan::Plan const> plan;
  std::string run;
  std::string path;
  NodeState record;
  Time now{};
  bool promoting = false;
  std::map<std::string, json::Value> releases;  ///< of the whole run
  std::stop_token stop;

  std::string release_id;               ///< of the input's "release"; empty: none
  std::optional<ReleaseState> release;  ///< its state, to be read and changed

  plan::Release const& declared() const;  ///< the plan's entry of that release
  plan::Target const& target() const;
  /// Signals that came for this step, oldest first: {kind, by, reason, data}.
  std::vector<json::Value> const& signals() const { return record.signals; }
  /// The result of the last effect of that name in this attempt; null where it has not happened.
  json::Value const& result_of(std::string_view effect) const;
  bool happened(std::string_view effect) const;
  /// Remarks for people, journalled with the move.
  std::vector<std::string> notes;
};

/// Where a step's calls run: nothing long ever holds up a shift, a restore or a signal.
enum class Pool { short_work, long_work, rollback };

/// What a kind of step does. Stateless and thread-safe: everything it knows is in the context.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Looks (reads only) and says what to do next. Called first, after each outcome, and when a
  /// parked step is due or got a signal.
  virtual Move next(StepContext& context) const = 0;
  /// Does one committed effect.
  virtual Performed perform(StepContext& context, Effect const& effect) const;
  /// Decides what became of an effect whose outcome was lost.
  virtual Settled settle(StepContext& context, Effect const& effect) const;
  virtual Pool pool() const { return Pool::short_work; }
  /// For a kind whose steps differ in that.
  virtual Pool pool_for(StepContext const&) const { return pool(); }
  /// Held from the step's start to its end: two steps with one key never run at the same time.
  virtual std::string exclusive_key(StepContext const&) const { return {}; }
  /// Whether a signal of that kind may be sent to this step while it waits. "promote" is sent to
  /// the run; it wakes a step that waits for a person only where the step accepts it.
  virtual bool accepts(std::string_view signal) const;
};

/// Executors by kind of step.
class Executors {
 public:
  void add(std::string kind, std::unique_ptr<Executor> executor);
  Executor const* find(std::string_view kind) const;

 private:
  std::map<std::string, std::unique_ptr<Executor>, std::less<>> by_kind_;
};

/// Every kind of plan/steps.hpp.
Executors standard_executors();

}  // namespace sluice::engine
