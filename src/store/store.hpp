#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"

namespace sluice::store {

/// One line of a run's journal. Never changed once written.
struct EventRow {
  std::int64_t seq = 0;  ///< gap-free per run, from 1
  Time at{};
  std::string type;
  json::Value body;
  std::int64_t epoch = 0;  ///< the ownership under which it was written
};

/// What can be asked of runs without reading journals.
struct RunRow {
  std::string id;
  std::string name;         ///< the plan's
  std::string plan_digest;
  std::string dialect;
  std::string state;        ///< "running", "queued", or an end state's name
  std::string requester;
  json::Value world;        ///< account, partition, endpoints, local folder (design E10)
  json::Value summary;      ///< releases and their places, for lists
  Time created{};
  Time updated{};
  std::optional<Time> ended;
  std::optional<Time> next_due;  ///< when a parked node wants to go on
  std::string owner;        ///< the process that holds it, or empty
  std::int64_t epoch = 0;   ///< rises with every claim
  std::int64_t last_seq = 0;
};

struct LockRow {
  std::string name;
  std::string run;
};

struct NewRun {
  RunRow row;
  json::Value plan;                ///< stored once per digest
  std::vector<std::string> locks;  ///< all or none
  std::vector<EventRow> events;
};

/// Changes to the run's row that belong to the same commit as its events.
struct RunPatch {
  std::optional<std::string> state;
  std::optional<json::Value> summary;
  std::optional<std::optional<Time>> next_due;
  std::optional<Time> ended;  ///< releases the run's locks and its ownership too
};

struct RunFilter {
  std::optional<std::string> state;      ///< a state's name; "active" is every one that has not ended
  std::optional<std::string> name;
  std::optional<std::string> function;   ///< a release of the summary names it
  std::size_t limit = 50;
};

/// Why a run was not created although nothing is wrong: `lock` is held by `run`.
struct Busy {
  std::string lock, run;
};

/// Where plans, runs and journals are kept (design E7, E8). Called from one thread at a time. Every
/// write is durable when it returns; ErrorCode::unavailable means that nothing can be written now and
/// ErrorCode::conflict that the epoch is stale: somebody else owns the run.
class Store {
 public:
  virtual ~Store() = default;

  /// Plan, locks, row and first events in one commit. Busy: nothing was written.
  virtual Result<std::optional<Busy>> create(NewRun const& run) = 0;
  /// Takes the run over: epoch + 1, owner. Returns the row after it.
  virtual Result<RunRow> claim(std::string const& run, std::string const& owner) = 0;
  /// Gives it up without ending it.
  virtual Result<void> release(std::string const& run, std::int64_t epoch) = 0;
  /// Appends events (their seq must follow the last one) and patches the row in one commit.
  virtual Result<void> append(std::string const& run, std::int64_t epoch,
                              std::vector<EventRow> const& events, RunPatch const& patch) = 0;

  virtual Result<std::optional<RunRow>> run(std::string const& id) = 0;
  /// Newest first.
  virtual Result<std::vector<RunRow>> runs(RunFilter const& filter) = 0;
  virtual Result<std::vector<EventRow>> events(std::string const& run, std::int64_t after = 0,
                                               std::size_t limit = 100'000) = 0;
  virtual Result<json::Value> plan(std::string const& digest) = 0;
  virtual Result<std::vector<LockRow>> locks() = 0;
};

/// SQLite (design E10): one connection, exclusive, WAL, synchronous=FULL. Creates the folder (0700)
/// and the database; refuses a database of a newer schema. A store from a lock-holding process is
/// refused with ErrorCode::conflict.
Result<std::unique_ptr<Store>> open_sqlite(std::string const& folder, Clock& clock);

/// For the simulator and unit tests: the same rules, nothing on disk. `Store`s made from one memory
/// share it, so that a "restarted process" sees what was committed.
struct Memory;
std::shared_ptr<Memory> make_memory();
std::unique_ptr<Store> open_memory(std::shared_ptr<Memory> memory, Clock& clock);

}  // namespace sluice::store
