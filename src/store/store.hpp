#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"
#include "store/leases.hpp"
#include "store/records.hpp"

namespace sluice::store {

/// One line of a run's journal. Never changed once written.
struct EventRow {
  std::int64_t seq = 0;  ///< gap-free per run, from 1
  Time at{};
  std::string type;
  json::Value body;
  std::int64_t epoch = 0;  ///< the ownership under which it was written; set by the store
};

/// What can be asked of runs without reading journals.
struct RunRow {
  std::string id;
  std::string name;  ///< the plan's
  std::string plan_digest;
  std::string dialect;
  std::string state;  ///< "running", "queued", or an end state's name
  std::string requester;
  json::Value world;  ///< account, partition, endpoints, local folder (design E10)
  /// For lists: {"releases": [{"function": …, "alias": …, …}], …}. `RunFilter::function` reads the
  /// "function" of each release; the rest is the engine's.
  json::Value summary;
  Time created{};
  Time updated{};  ///< the last write; set by the store
  std::optional<Time> ended;
  std::optional<Time> next_due;  ///< when a parked node wants to go on
  std::string owner;             ///< the process that holds it, or held it last; or empty
  /// Of the owner's lease. 0: held without a lease, by the only process there is, or by nobody.
  std::int64_t owner_incarnation = 0;
  bool rolling_back = false;  ///< claimed before others
  std::int64_t epoch = 0;     ///< rises with every claim
  std::int64_t last_seq = 0;  ///< set by the store from the events
};

struct LockRow {
  std::string name;
  std::string run;
};

/// Changes to the run's row that belong to the same commit as its events.
struct RunPatch {
  std::optional<std::string> state;
  std::optional<json::Value> summary;
  std::optional<std::optional<Time>> next_due;
  std::optional<bool> rolling_back;
  std::optional<Time> ended;  ///< releases the run's locks and its ownership too
  /// Locks the run no longer needs although it goes on (`$LATEST` of one function, design E12).
  std::vector<std::string> release_locks;
};

/// A run that ends in the same commit in which another one begins and takes its locks: CodeDeploy's
/// rollback as a linked run (design section 1, `as_linked_run`). `patch.ended` must be set.
struct Ending {
  std::string run;
  std::int64_t epoch = 0;
  std::vector<EventRow> events;
  RunPatch patch;
};

struct NewRun {
  RunRow row;        ///< stored as it stands, besides what the store sets
  json::Value plan;  ///< stored once per digest; may be null where it is stored already
  std::vector<std::string> locks;  ///< all or none; a run that waits for them starts with none
  std::vector<EventRow> events;    ///< seq from 1, written under the row's epoch
  std::optional<Ending> ending;
};

struct RunFilter {
  std::optional<std::string> state;  ///< a state's name; "active" is every one that has not ended
  std::optional<std::string> name;
  std::optional<std::string> function;  ///< a release of the summary names it
  std::optional<std::string> before;    ///< a run's id: only those that stand behind it in the list
  std::size_t limit = 50;               ///< at most 10,000
};

/// Why a run was not created although nothing is wrong: `lock` is held by `run`.
struct Busy {
  std::string lock, run;
};

/// Where plans, runs and journals are kept (design E7, E8). Called from one thread at a time. Every
/// write is one commit and durable when it returns. Errors of every call:
/// - conflict: the epoch is stale, somebody else owns the run; or a run of that id exists already
/// - invalid_input: the events do not follow the journal's last one; nothing was written
/// - not_found: no such run or plan
/// - unavailable: nothing can be written now. The write may have happened all the same: read the
///   run's row before trying again. SQLite closes its connection and verifies the file first (H7).
/// - corrupt: what is stored does not hold together
class Store {
 public:
  virtual ~Store() = default;

  /// Plan, locks, row and first events in one commit. Busy: nothing was written.
  virtual Result<std::optional<Busy>> create(NewRun const& run) = 0;
  /// Takes the run over, from whomever: epoch + 1, owner. Returns the row after it. For a store
  /// that one process holds; where servers share it, a run held so counts as free.
  virtual Result<RunRow> claim(std::string const& run, std::string const& owner) = 0;
  /// Gives it up without ending it.
  virtual Result<void> release(std::string const& run, std::int64_t epoch) = 0;
  /// Appends events (their seq must follow the last one) and patches the row in one commit. Also
  /// works for a run that has ended: clean-up is reported behind the end.
  virtual Result<void> append(std::string const& run, std::int64_t epoch,
                              std::vector<EventRow> const& events, RunPatch const& patch) = 0;
  /// As append, and takes more locks for the run, all or none. Locks it holds already are no
  /// obstacle. Busy: nothing was written.
  virtual Result<std::optional<Busy>> append_locking(std::string const& run, std::int64_t epoch,
                                                     std::vector<std::string> const& locks,
                                                     std::vector<EventRow> const& events,
                                                     RunPatch const& patch) = 0;

  virtual Result<std::optional<RunRow>> run(std::string const& id) = 0;
  /// Newest first: by `created`, then the one made last.
  virtual Result<std::vector<RunRow>> runs(RunFilter const& filter) = 0;
  /// Those with a seq above `after`, in order.
  virtual Result<std::vector<EventRow>> events(std::string const& run, std::int64_t after = 0,
                                               std::size_t limit = 100'000) = 0;
  virtual Result<json::Value> plan(std::string const& digest) = 0;
  /// By name.
  virtual Result<std::vector<LockRow>> locks() = 0;

  // Several servers (design E7; operability rules of the leases in README.md). A lease says who
  // should work on a run, its epoch whose writes count: nothing here replaces the epoch. The
  // store's own clock measures leases; a server's trust in its lease is measured by its own
  // monotonic clock, from before it asked.

  /// Begins a term. A former term of the same name is over at once, and its runs are free.
  virtual Result<Membership> join(std::string const& node, Duration ttl) = 0;
  /// The lease lasts `ttl` from now. conflict: the term is over, by time or by a successor.
  /// Returns the time on the store's clock, to compare with one's own.
  virtual Result<Time> renew(Membership const& member, Duration ttl) = 0;
  /// The servers whose lease lasts, by incarnation.
  virtual Result<std::vector<Membership>> members() = 0;
  /// Gives up all its runs and the lease in one commit; no error where the term is over already.
  virtual Result<void> leave(Membership const& member) = 0;
  /// Takes up to `limit` runs (at most 1,000) that have not ended and that no server with a lease
  /// holds: epoch + 1 each. Those that are rolling back come first, then the oldest due; a run that
  /// is overdue for longer than a rollback's head start of a minute comes before it, so that none
  /// starves. Runs that another server is claiming at this moment are left to it. conflict: the
  /// term is over. After unavailable, some may be this server's without its knowing: they are free
  /// again when it leaves or joins anew.
  virtual Result<std::vector<RunRow>> claim_free(Membership const& member, std::size_t limit) = 0;
  /// Takes one run, also one that it holds already. conflict: the term is over, the run has ended,
  /// or another server with a lease holds it.
  virtual Result<RunRow> claim_one(Membership const& member, std::string const& run) = 0;
  /// Calls to one account and region within the present second, out of what is left of it for all
  /// servers. A rollback takes from the reserve first, then from what all share.
  virtual Result<TokenSlice> lease_tokens(std::string const& account_region,
                                          TokenRates const& rates, TokenLane lane, int want) = 0;

  // Records: what a server keeps besides runs. One that has expired is not there any more.

  /// Writes it where the stored version is `record.version` (0: where there is none), and answers
  /// its new version. conflict: there is another one, or none. At most 1 MiB of body.
  virtual Result<std::int64_t> put_record(Record const& record) = 0;
  /// conflict: `version` is not the stored one.
  virtual Result<void> remove_record(std::string const& kind, std::string const& id,
                                     std::int64_t version) = 0;
  virtual Result<std::optional<Record>> record(std::string const& kind, std::string const& id) = 0;
  /// By id.
  virtual Result<std::vector<Record>> records(std::string const& kind) = 0;
};

/// SQLite (design E10): one connection, exclusive, WAL, synchronous=FULL. Creates the folder (0700)
/// and the database (0600). Refused: a database of a newer schema or of another program
/// (invalid_input), a folder on a network file system or one that others may write to
/// (invalid_input), a store that another process or connection holds (conflict), a damaged one
/// (corrupt). `clock` must outlive the store.
Result<std::unique_ptr<Store>> open_sqlite(std::string const& folder, Clock& clock);

/// For the simulator and unit tests: the same rules, nothing on disk. `Store`s made from one memory
/// share it, so that a "restarted process" sees what was committed. memory.hpp has its faults.
struct Memory;
std::shared_ptr<Memory> make_memory();
std::unique_ptr<Store> open_memory(std::shared_ptr<Memory> memory, Clock& clock);

}  // namespace sluice::store
