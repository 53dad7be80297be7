#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/interpreter.hpp"
#include "engine/services.hpp"
#include "engine/step.hpp"

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
};

/// A look at a run, consistent with its journal up to `state.last_seq`.
struct Snapshot {
  std::shared_ptr<plan::Plan const> plan;
  RunState state;
};

/// Runs plans: commits what the interpreter decides, lets executors do the leaves, takes signals.
/// Every method is called on one thread; nothing in it blocks but the store's commits.
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
  };

  explicit Core(Ports ports);
  ~Core();

  /// Where a lock of the plan is busy, the lock says what follows (design E12).
  Result<Started> start(StartRequest request, std::shared_ptr<Services> services);
  /// Takes over a run whose process is gone: claims it, folds its journal, goes on.
  Result<void> resume(std::string const& run, std::shared_ptr<Services> services);
  /// Answers after the signal is durable. Exactly one of two that exclude each other wins.
  Result<void> signal(std::string const& run, Signal const& signal);
  /// A stop or rollback of a run that nobody executes: journalled now, obeyed before anything else
  /// when the run is resumed. Other signals are refused, and a second one of these (conflict). Of a
  /// run that this core executes after all it is an ordinary signal.
  Result<void> signal_unexecuted(std::string const& run, Signal const& signal);

  /// Wakes what is due.
  void tick();
  /// When `tick` next has something to do.
  std::optional<Time> next_due() const;

  std::optional<Snapshot> snapshot(std::string const& run) const;
  /// Runs in memory that have not ended.
  std::vector<std::string> active() const;
  /// Asks every step in flight to return early and gives the runs up without ending them.
  void let_go();
  /// Whether the journal cannot be written right now, and why.
  std::optional<std::string> frozen() const;

 private:
  struct Run;
  struct InLine;
  friend class Drive;

  Run* find(std::string const& id) const;
  Result<Started> create(StartRequest const& request, std::shared_ptr<plan::Plan const> const& plan,
                         std::shared_ptr<Services> services, std::vector<InLine> const& line);
  store::NewRun new_row(Run const& run) const;
  void adopt(std::shared_ptr<Run> const& run);
  Result<std::shared_ptr<Run>> claim(std::string const& id);
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
  void stop_holders(Run& run, std::map<std::string, std::string> const& holders);
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
  std::map<std::string, std::shared_ptr<Run>> runs_;
  std::map<std::string, std::pair<std::string, std::string>> exclusive_;  ///< key → run, path
  std::set<std::string> queued_;   ///< runs of this core that wait for locks
  std::optional<Time> queue_due_;  ///< when it is looked next whether they still have to
};

}  // namespace sluice::engine
