#pragma once

#include "engine/core.hpp"

namespace sluice::engine {

/// A run in memory: its fold, and what is under way for it.
struct Core::Run {
  std::string id;
  std::shared_ptr<plan::Plan const> plan;
  std::shared_ptr<Services> services;
  RunState state;
  std::int64_t epoch = 0;

  std::vector<Event> pending;  ///< applied, not yet committed: nothing may be done meanwhile
  std::string frozen;          ///< why the last commit failed; empty: it did not
  std::optional<Time> retry_commit;
  bool lost = false;  ///< somebody else owns it now
  Time looked_at{};   ///< what was due by then has been looked at

  struct InFlight {
    std::stop_source stop;
    std::uint64_t number = 0;  ///< its answer is the one that is waited for
    /// Set by whoever is first: the worker that begins it, or who takes it back before that. Null:
    /// it is not taken back.
    std::shared_ptr<std::atomic<bool>> begun;
    bool performs = false;  ///< the work is to do the effect that was intended last
  };
  std::uint64_t flights = 0;
  /// Whether its end is durable: until then it is still there, and its commit is tried again.
  bool ended() const { return state.over() && pending.empty(); }
  std::map<std::string, InFlight> in_flight;  ///< leaves whose executor is at work
  std::map<std::string, Time> wait_until;     ///< short waits, in memory only
  std::set<std::string> to_wake;              ///< parked leaves that got a signal
  std::set<std::string> not_begun;            ///< leaves whose intent nobody acts on yet
  std::map<std::string, std::string> told;    ///< last reason for waiting that was noted, by leaf
  std::map<std::string, std::string> held_keys;  ///< exclusive keys, by leaf
  std::optional<RunState> before_taking;         ///< its locks are being taken: where it was before
  std::string linked_run;                        ///< the id its rollback goes on under, once drawn
};

/// A run that waits outside of memory. Whatever else there is to know stands in the store.
struct Core::Parked {
  std::int64_t epoch = 0;
  std::shared_ptr<Services> services;
  Time looked_at{};
  /// Run::told, and why it cannot be read: nearly always none.
  std::unique_ptr<std::map<std::string, std::string>> told;
  std::unique_ptr<Error> unreadable;
};

/// A run that stands before another one: it holds one of its locks, or waits for it longer.
struct Core::InLine {
  std::string lock;
  plan::Lock::Busy policy = plan::Lock::Busy::reject;  ///< of the one that comes later
  std::string run;
};

/// For lists, and for whoever decides about other processes' runs.
json::Value summary_of(plan::Plan const& plan, RunState const& state);

/// Moves one run's leaves: gives work to executors and turns their answers into events.
class Drive {
 public:
  Drive(Core& core, std::shared_ptr<Core::Run> run) : core_(core), run_(std::move(run)) {}
  /// Gives every leaf that can move to a worker.
  void leaves();

 private:
  enum class Job { next, perform, settle };

  void leaf(std::string const& path, NodeState const& it);
  bool ends_with_promote(plan::Node const& node) const;
  bool acquire(StepContext const& context, Executor const& executor);
  StepContext context(std::string const& path, std::stop_token stop) const;
  void dispatch(std::string const& path, Job job);
  void work(Executor const& executor, Job job, StepContext context,
            Core::Run::InFlight const& flight);
  void take_intent_back(std::string const& path);
  void wait_for_trust();
  void put_back(std::string const& path, Job job);
  bool arrived(std::string const& path, std::uint64_t number);
  void add_release(json::Value& body, StepContext const& context) const;
  void add_notes(StepContext const& context);
  void on_move(StepContext const& context, Move move);
  void begin(StepContext const& context, Effect const& effect);
  void begin_fence(std::string const& path);
  void park(StepContext const& context, Park park);
  void on_performed(StepContext const& context, Performed outcome);
  void on_settled(StepContext const& context, Settled outcome);
  void again(StepContext const& context, std::string const& reason);
  void happened(StepContext const& context, Happened outcome);
  void did_not_happen(StepContext const& context, std::string reason);
  void wait(StepContext const& context, NotNow const& outcome);
  void end_as_told(StepContext const& context, Ending const& ending);
  void fail_leaf(StepContext const& context, Failed const& why);
  void end_leaf(StepContext const& context, NodeStatus status, Failed const& why,
                json::Value outputs);

  Core& core_;
  std::shared_ptr<Core::Run> run_;
};

}  // namespace sluice::engine
