#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/due_index.hpp"
#include "engine/interpreter.hpp"
#include "engine/plan_cache.hpp"
#include "engine/services.hpp"
#include "engine/step.hpp"
#include "engine/trust.hpp"

namespace sluice::engine {

/// What a person, a timer elsewhere or another program says to a run (design E9). `kind`: approve,
/// reject, skip, retry, ignore, mark_succeeded, mark_failed (an asking node), promote, pause,
/// continue, stop, rollback, callback.
struct Signal {
  std::string kind;
  std::string node;  ///< a path; empty: the one node that waits for such a signal
  std::string by;
  std::string reason;
  json::Value data;
  std::string letter;  ///< that it came by (letters.hpp); empty: none
  /// What it came with, journalled: whether a request was carried out can be read there.
  std::string request{};
};

struct StartRequest {
  plan::Plan plan;
  std::string requester;
  json::Value options;                          ///< kept with the run, e.g. who asked for what
  json::Value world;                            ///< account, endpoints, local folder (design E10)
  std::map<std::string, json::Value> releases;  ///< known states: a rollback of a finished run
  /// Drawn beforehand with new_run_id, so that a request can be repeated: the second run of an id
  /// is refused (conflict). Empty: one is drawn.
  std::string id{};
};

/// A run was started, or not because a lock is busy.
struct Started {
  std::string run;
  std::optional<store::Busy> busy;    ///< why nothing was started; `run` is empty then
  std::optional<store::Busy> queued;  ///< it waits for that lock behind that run
};

/// Where the core's slow work goes and comes back. Real: thread pools and a mailbox; in the
/// simulator one deterministic queue.
class Workers {
 public:
  virtual ~Workers() = default;
  /// Runs `work` on that pool; it answers a function that is then called on the core's thread.
  virtual void run(Pool pool, std::function<std::function<void()>()> work) = 0;
  /// The same for who divides its threads among parties: all work of one meets the same limits.
  virtual void run_for(std::string const& party, Pool pool,
                       std::function<std::function<void()>()> work) {
    static_cast<void>(party);
    run(pool, std::move(work));
  }
};

/// A look at a run, consistent with its journal up to `state.last_seq`.
struct Snapshot {
  std::shared_ptr<plan::Plan const> plan;
  RunState state;
};

/// What has become of runs that change hands (operability E6).
struct OwnershipCounts {
  std::int64_t takeovers = 0;      ///< runs taken over from an owner that was gone or gave them up
  std::int64_t fenced_writes = 0;  ///< journal writes refused because somebody else owns the run
};

/// Runs plans: commits what the interpreter decides, lets executors do the leaves, takes signals.
/// Every method is called on one thread; nothing in it blocks but the store's commits.
///
/// A run that waits is a row in the store and an entry of some hundred bytes here: it is read again
/// when it is due, gets a signal, or its turn in a queue comes. One whose journal does not hold
/// together any more is left alone, and its signals are told why; the others go on.
///
/// Order (design E1, E8): events are applied and committed in one batch; only after the commit is
/// anything done outside or acknowledged. Where a commit fails the run freezes: no effect, no
/// acknowledgement, another try every second.
class Core {
 public:
  struct Ports {
    store::Store& store;
    Workers& workers;
    Clock& clock;
    Random& random;
    Executors const& executors;
    plan::Evaluators const& evaluators;
    std::string owner;  ///< this process, in the run's row
    /// After each commit, with what was committed.
    std::function<void(std::string const& run, Snapshot const&, std::vector<Event> const&)>
        committed;
    /// A run in which nothing is to happen for longer leaves memory until something does; zero:
    /// whenever it waits; none: never. Longer for runs with long journals, which are slow to read.
    std::optional<Duration> unload_after = std::chrono::seconds(5);
    /// Until when calls to the outside may be made; null: as long as the process lives.
    Trust const* trust = nullptr;
  };

  explicit Core(Ports ports);
  ~Core();

  /// Where a lock of the plan is busy, the lock says what follows (design E12).
  Result<Started> start(StartRequest request, std::shared_ptr<Services> services);
  /// Takes over a run whose process is gone: claims it, folds its journal, goes on.
  Result<void> resume(std::string const& run, std::shared_ptr<Services> services);
  /// The same with a run that was claimed for this process already: its row as the claim left it.
  Result<void> take_over(store::RunRow const& claimed, std::shared_ptr<Services> services);
  /// Answers after the signal is durable. Exactly one of two that exclude each other wins.
  Result<void> signal(std::string const& run, Signal const& signal);
  /// A stop or rollback of a run that nobody executes: journalled now, obeyed before anything else
  /// when the run is resumed. Other signals are refused, and a second one of these (conflict). Of a
  /// run that this core executes after all it is an ordinary signal.
  Result<void> signal_unexecuted(std::string const& run, Signal const& signal);

  /// Wakes what is due, the longest overdue first, and not too many at once.
  void tick();
  /// When `tick` next has something to do.
  std::optional<Time> next_due();

  /// Of any run of the store: this core's as they stand in memory, others from their journals. None
  /// where there is no such run, or it cannot be read now.
  std::optional<Snapshot> snapshot(std::string const& run);
  /// Runs of this core that have not ended.
  std::vector<std::string> active() const;
  /// Whether `run` is one of them.
  bool executes(std::string const& run) const;
  /// How many runs are in memory.
  std::size_t in_memory() const { return runs_.size(); }
  /// Asks every step in flight to return early and gives the runs up without ending them. The rows
  /// of those that only wait go on naming this process.
  void let_go();

  // A server that shares its store with others (node.hpp drives this).

  /// From here on runs are started and claimed under this lease.
  void begin_term(store::Membership member);
  /// The lease is over, or given up: others own the runs. Steps in flight are told to stop; what
  /// they answer counts no more. Without a term nothing can be started or claimed.
  void end_term();
  /// Looks again at what had to wait, or, where trust has ended, tells steps in flight to stop.
  void trust_changed();
  /// Hands no more work to the workers: what was handed out comes back and is committed.
  void drain();
  /// Tells what is still out after that to return early.
  void hurry();
  /// Whether nothing is out.
  bool at_rest() const;
  /// Whether there is a Node, and so may be other servers.
  bool shared() const { return shared_; }
  /// How many runs are this core's and have not ended.
  std::size_t executing() const;
  OwnershipCounts const& ownership() const { return ownership_; }

  /// Whether the journal cannot be written right now, and why.
  std::optional<std::string> frozen() const;

 private:
  struct Run;
  struct Parked;
  struct InLine;
  friend class Drive;

  Run* find(std::string const& id) const;
  Result<std::shared_ptr<Run>> read(store::RunRow const& row);
  Result<Run*> reach(std::string const& id);
  Result<Run*> load(std::string const& id, Parked& parked);
  Error hold(std::string const& id, Parked& parked, Error why);
  void drop(std::string const& id);
  void wake_due(std::string const& id);
  bool can_leave(Run const& run, std::optional<Time> due) const;
  void unload(Run& run);
  void touch(Run const& run);
  void settle();
  void settle(Run& run);
  std::optional<Time> due_of(Run const& run) const;
  Error not_active(std::string const& id);
  Result<Started> create(StartRequest const& request, std::shared_ptr<plan::Plan const> const& plan,
                         std::shared_ptr<Services> services, std::vector<InLine> const& line);
  store::NewRun new_row(Run const& run) const;
  void adopt(std::shared_ptr<Run> const& run);
  Result<std::shared_ptr<Run>> claim(std::string const& id);
  void take_up(std::shared_ptr<Run> const& run, std::shared_ptr<Services> services);
  Result<store::RunRow> claim_row(std::string const& id);
  Result<void> may_claim() const;
  bool trusted() const;  ///< on any thread
  bool still_owns(Run& run);
  void lose(Run& run);
  void conclude(Run& run);
  void record_signal(Run& run, Signal const& signal);
  void advance(Run& run);
  void start_clean_up(Run& run);
  void record(Run& run, std::string type, json::Value body);
  bool flush(Run& run);
  Result<void> commit(Run& run);
  Result<void> commit_taking_locks(Run& run, std::vector<Event> const& events,
                                   store::RunPatch const& patch);
  Result<std::vector<Event>> unwritten(Run const& run);
  void interrupt_what_ends(Run& run);
  void wake(Run& run);
  void end(Run& run);
  Result<std::vector<InLine>> line_before(plan::Plan const& plan, bool holders_too);
  void join_queue(Run const& run);
  void look_at_queue();
  void wait_behind(Run& run, std::string const& lock, std::string const& behind);
  void stop_holder(std::string const& holder, std::string const& by);
  void move_up(std::string const& id, std::optional<Queued> const& behind);
  void take_locks(Run& run);
  Result<bool> is_rollback(std::string const& id);
  bool supersede(std::string const& id, std::string const& by);
  void hand_over(Run& run, json::Value body);
  Result<void> find_handed_over(Run& run);
  void follow_up(Run& run);
  Result<void> signal_node(Run& run, Signal const& signal);
  Result<void> signal_run(Run& run, Signal const& signal);
  Result<void> answer_question(Run& run, std::string const& path, Signal const& signal);

  Ports ports_;
  std::map<std::string, std::shared_ptr<Run>> runs_;  ///< those in memory
  std::map<std::string, Parked> parked_;              ///< those that wait outside of it
  std::optional<std::string> unread_;                 ///< why one that is due could not be read
  std::set<std::string> touched_;                     ///< since `settle` looked at them last
  DueIndex due_;
  PlanCache plans_;
  std::map<std::string, std::pair<std::string, std::string>> exclusive_;  ///< key → run, path
  /// Runs of this core that wait for locks, and the holders each has told to make way.
  std::map<std::string, std::set<std::string>> queued_;
  std::optional<Time> queue_due_;  ///< when it is looked next whether they still have to
  std::optional<store::Membership> member_;
  bool shared_ = false;               ///< the store: without a term nothing is claimed
  std::atomic<bool> drained_{false};  ///< by the core's thread; workers look at it
  OwnershipCounts ownership_;
};

}  // namespace sluice::engine
