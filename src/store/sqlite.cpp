#include <fmt/core.h>

#include "store/file_system.hpp"
#include "store/rules.hpp"
#include "store/schema.hpp"
#include "store/sqlite_leases.hpp"
#include "store/sqlite_records.hpp"
#include "store/sqlite_rows.hpp"
#include "store/store.hpp"

namespace sluice::store {
namespace {

/// The newest write that a caller was told is durable. The log holds the commits in their order, so
/// where this one is still there, all before it are.
struct Acknowledged {
  std::string run;
  std::int64_t epoch = 0;
  std::int64_t last_seq = 0;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(std::filesystem::path file, Clock& clock) : file_(std::move(file)), clock_(clock) {}
  SqliteStore(SqliteStore const&) = delete;
  SqliteStore& operator=(SqliteStore const&) = delete;
  ~SqliteStore() override;

  Result<void> start();

  Result<std::optional<Busy>> create(NewRun const& run) override;
  Result<RunRow> claim(std::string const& run, std::string const& owner) override;
  Result<void> release(std::string const& run, std::int64_t epoch) override;
  Result<void> append(std::string const& run, std::int64_t epoch,
                      std::vector<EventRow> const& events, RunPatch const& patch) override;
  Result<std::optional<Busy>> append_locking(std::string const& run, std::int64_t epoch,
                                             std::vector<std::string> const& locks,
                                             std::vector<EventRow> const& events,
                                             RunPatch const& patch) override;
  Result<std::optional<RunRow>> run(std::string const& id) override;
  Result<std::vector<RunRow>> runs(RunFilter const& filter) override;
  Result<std::vector<EventRow>> events(std::string const& run, std::int64_t after,
                                       std::size_t limit) override;
  Result<json::Value> plan(std::string const& digest) override;
  Result<std::vector<LockRow>> locks() override;
  Result<Membership> join(std::string const& node, Duration ttl) override;
  Result<Time> renew(Membership const& member, Duration ttl) override;
  Result<std::vector<Membership>> members() override;
  Result<void> leave(Membership const& member) override;
  Result<std::vector<RunRow>> claim_free(Membership const& member, std::size_t limit) override;
  Result<RunRow> claim_one(Membership const& member, std::string const& run) override;
  Result<TokenSlice> lease_tokens(std::string const& account_region, TokenRates const& rates,
                                  TokenLane lane, int want) override;

  Result<std::int64_t> put_record(Record const& record) override;
  Result<void> remove_record(std::string const& kind, std::string const& id,
                             std::int64_t version) override;
  Result<std::optional<Record>> record(std::string const& kind, std::string const& id) override;
  Result<std::vector<Record>> records(std::string const& kind) override;

 private:
  Result<void> open_database();
  Result<void> check_if_unclean();
  Result<void> verify_after_failure();
  Result<void> find_acknowledged();
  /// Runs `work(database)` on an open, trusted connection, and closes one that turned out broken.
  template <class Work>
  auto use(Work&& work) -> decltype(work(std::declval<Database&>()));
  template <class Work>
  auto write(Work&& work) -> decltype(work(std::declval<Database&>()));

  Result<std::optional<Busy>> create_in(Database& database, NewRun const& run);
  Result<RunRow> append_in(Database& database, std::string const& run, std::int64_t epoch,
                           std::vector<EventRow> const& events, RunPatch const& patch,
                           std::vector<std::string> const& locks);
  void acknowledge(RunRow const& row) { acknowledged_ = {row.id, row.epoch, row.last_seq}; }

  std::filesystem::path file_;
  Clock& clock_;
  std::optional<Database> database_;  ///< none after a failure, until the next use
  std::optional<Acknowledged> acknowledged_;
  bool started_ = false;  ///< a store that was refused is left as it was
};

SqliteStore::~SqliteStore() {
  // Where this fails, the next start only checks the file once more than it had to.
  bool closes = started_ && database_ && !database_->broken();
  if (!closes) return;
  [[maybe_unused]] auto marked = mark_clean(*database_, true);
}

Result<void> SqliteStore::start() {
  if (auto opened = open_database(); !opened) return opened;
  auto ready = check_if_unclean();
  if (ready) ready = migrate(*database_, migrations());
  if (ready) ready = mark_clean(*database_, false);
  if (!ready) return fail(ready.error(), file_.native());
  started_ = true;
  return {};
}

Result<void> SqliteStore::check_if_unclean() {
  auto version = database_->integer("pragma user_version");
  if (!version) return std::unexpected(version.error());
  if (*version == 0) return {};
  auto clean = was_closed_cleanly(*database_);
  if (!clean) return std::unexpected(clean.error());
  return *clean ? Result<void>() : database_->check_quickly();
}

Result<void> SqliteStore::open_database() {
  auto opened = Database::open(
      file_, [](Database& database) { return check_schema(database, migrations()); });
  if (!opened) return std::unexpected(opened.error());
  database_ = std::move(*opened);
  return {};
}

Result<void> SqliteStore::verify_after_failure() {
  if (auto sound = database_->check_quickly(); !sound) return sound;
  // What the log still holds goes into the file and is synced anew: only a write that succeeds on
  // this connection shows that the disk takes writes again.
  std::int64_t blocked = 0;
  auto copied =
      database_->query("pragma wal_checkpoint(truncate)", {}, [&](Row const& row) -> Result<void> {
        blocked = row.integer(0);
        return {};
      });
  if (!copied) return copied;
  if (blocked != 0) return fail(ErrorCode::unavailable, "the store's log cannot be written back");
  return find_acknowledged();
}

Result<void> SqliteStore::find_acknowledged() {
  auto version = database_->integer("pragma user_version");
  if (!version) return std::unexpected(version.error());
  std::string lost = "the store's tables";
  if (*version == migrations().back().version) {
    if (!acknowledged_) return {};
    auto found = rows::find(*database_, acknowledged_->run);
    if (!found) return std::unexpected(found.error());
    auto const& kept = *found;
    if (kept && kept->row.epoch >= acknowledged_->epoch &&
        kept->row.last_seq >= acknowledged_->last_seq) {
      return {};
    }
    lost = fmt::format("event {} of run '{}'", acknowledged_->last_seq, acknowledged_->run);
  }
  return fail(ErrorCode::corrupt, fmt::format("the disk lost {}, which it had confirmed", lost),
              "check the disk, then compare the running releases with AWS before going on");
}

template <class Work>
auto SqliteStore::use(Work&& work) -> decltype(work(std::declval<Database&>())) {
  if (!database_) {
    auto ready = open_database();
    if (ready) ready = verify_after_failure();
    if (!ready) {
      database_.reset();
      return fail(ready.error(), "reopen the store after a failure");
    }
  }
  auto outcome = work(*database_);
  if (database_->broken()) database_.reset();
  return outcome;
}

template <class Work>
auto SqliteStore::write(Work&& work) -> decltype(work(std::declval<Database&>())) {
  return use([&](Database& database) -> decltype(work(database)) {
    return database.transaction([&] { return work(database); });
  });
}

Result<std::optional<Busy>> SqliteStore::create(NewRun const& run) {
  if (auto fits = check_new(run); !fits) return std::unexpected(fits.error());
  auto outcome = write([&](Database& database) { return create_in(database, run); });
  if (outcome && !*outcome) {
    acknowledge(created(run, clock_.now()));
  }
  return outcome;
}

Result<std::optional<Busy>> SqliteStore::create_in(Database& database, NewRun const& run) {
  auto existing = rows::find(database, run.row.id);
  if (!existing) return std::unexpected(existing.error());
  if (*existing) return std::unexpected(existing_run(run.row.id));
  auto row = created(run, clock_.now());
  auto locks = row.ended ? std::vector<std::string>() : run.locks;
  auto held = rows::busy(database, locks, run.row.id, run.ending ? run.ending->run : "");
  if (!held) return std::unexpected(held.error());
  if (*held) return held;
  if (auto const& ending = run.ending) {
    auto ended = append_in(database, ending->run, ending->epoch, ending->events, ending->patch, {});
    if (!ended) return std::unexpected(ended.error());
  }
  if (auto done = rows::insert_plan(database, run); !done) return std::unexpected(done.error());
  auto number = rows::insert(database, row);
  if (!number) return std::unexpected(number.error());
  auto done = rows::insert_events(database, *number, row.epoch, run.events);
  if (done) done = rows::replace_functions(database, *number, row.summary);
  if (done) done = rows::take_locks(database, *number, locks);
  if (!done) return std::unexpected(done.error());
  return std::nullopt;
}

Result<RunRow> SqliteStore::claim(std::string const& run, std::string const& owner) {
  auto outcome = write([&](Database& database) -> Result<RunRow> {
    auto stored = rows::require(database, run);
    if (!stored) return std::unexpected(stored.error());
    stored->row = claimed(std::move(stored->row), owner, clock_.now());
    if (auto done = rows::update(database, *stored); !done) return std::unexpected(done.error());
    return std::move(stored->row);
  });
  if (outcome) acknowledge(*outcome);
  return outcome;
}

Result<void> SqliteStore::release(std::string const& run, std::int64_t epoch) {
  return write([&](Database& database) -> Result<void> {
    auto stored = rows::require(database, run);
    if (!stored) return std::unexpected(stored.error());
    auto row = released(std::move(stored->row), epoch, clock_.now());
    if (!row) return std::unexpected(row.error());
    return rows::update(database, {stored->number, std::move(*row)});
  });
}

Result<RunRow> SqliteStore::append_in(Database& database, std::string const& run,
                                      std::int64_t epoch, std::vector<EventRow> const& events,
                                      RunPatch const& patch,
                                      std::vector<std::string> const& locks) {
  auto stored = rows::require(database, run);
  if (!stored) return std::unexpected(stored.error());
  auto row = appended(std::move(stored->row), epoch, events, patch, clock_.now());
  if (!row) return row;
  auto done = rows::insert_events(database, stored->number, epoch, events);
  if (done) done = rows::update(database, {stored->number, *row});
  if (done && patch.summary) done = rows::replace_functions(database, stored->number, row->summary);
  if (done) done = rows::drop_locks(database, stored->number, patch.release_locks);
  if (done && !row->ended) done = rows::take_locks(database, stored->number, locks);
  if (done && row->ended) done = rows::drop_all_locks(database, stored->number);
  if (!done) return std::unexpected(done.error());
  return row;
}

Result<void> SqliteStore::append(std::string const& run, std::int64_t epoch,
                                 std::vector<EventRow> const& events, RunPatch const& patch) {
  auto outcome =
      write([&](Database& database) { return append_in(database, run, epoch, events, patch, {}); });
  if (!outcome) return std::unexpected(outcome.error());
  acknowledge(*outcome);
  return {};
}

Result<std::optional<Busy>> SqliteStore::append_locking(std::string const& run, std::int64_t epoch,
                                                        std::vector<std::string> const& locks,
                                                        std::vector<EventRow> const& events,
                                                        RunPatch const& patch) {
  std::optional<RunRow> after;
  auto outcome = write([&](Database& database) -> Result<std::optional<Busy>> {
    auto held = rows::busy(database, locks, run, "");
    if (!held || *held) return held;
    auto row = append_in(database, run, epoch, events, patch, locks);
    if (!row) return std::unexpected(row.error());
    after = std::move(*row);
    return std::nullopt;
  });
  if (outcome && after) acknowledge(*after);
  return outcome;
}

Result<std::optional<RunRow>> SqliteStore::run(std::string const& id) {
  return use([&](Database& database) -> Result<std::optional<RunRow>> {
    auto found = rows::find(database, id);
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::nullopt;
    return std::move((*found)->row);
  });
}

Result<std::vector<RunRow>> SqliteStore::runs(RunFilter const& filter) {
  return use([&](Database& database) { return rows::list(database, filter); });
}

Result<std::vector<EventRow>> SqliteStore::events(std::string const& run, std::int64_t after,
                                                  std::size_t limit) {
  return use([&](Database& database) -> Result<std::vector<EventRow>> {
    auto stored = rows::require(database, run);
    if (!stored) return std::unexpected(stored.error());
    return rows::events(database, stored->number, after, limit);
  });
}

Result<json::Value> SqliteStore::plan(std::string const& digest) {
  return use([&](Database& database) { return rows::plan(database, digest); });
}

Result<std::vector<LockRow>> SqliteStore::locks() {
  return use([&](Database& database) { return rows::locks(database); });
}

Result<Membership> SqliteStore::join(std::string const& node, Duration ttl) {
  if (auto fits = check_lease(node, ttl); !fits) return std::unexpected(fits.error());
  return write([&](Database& database) { return leases::join(database, node, ttl, clock_.now()); });
}

Result<Time> SqliteStore::renew(Membership const& member, Duration ttl) {
  if (auto fits = check_lease(member.node, ttl); !fits) return std::unexpected(fits.error());
  return write(
      [&](Database& database) { return leases::renew(database, member, ttl, clock_.now()); });
}

Result<std::vector<Membership>> SqliteStore::members() {
  return use([&](Database& database) { return leases::members(database, clock_.now()); });
}

Result<void> SqliteStore::leave(Membership const& member) {
  return write([&](Database& database) { return leases::leave(database, member, clock_.now()); });
}

Result<std::vector<RunRow>> SqliteStore::claim_free(Membership const& member, std::size_t limit) {
  auto outcome = write([&](Database& database) {
    return leases::claim_free(database, member, limit, clock_.now());
  });
  if (outcome && !outcome->empty()) acknowledge(outcome->back());
  return outcome;
}

Result<RunRow> SqliteStore::claim_one(Membership const& member, std::string const& run) {
  auto outcome = write(
      [&](Database& database) { return leases::claim_one(database, member, run, clock_.now()); });
  if (outcome) acknowledge(*outcome);
  return outcome;
}

Result<TokenSlice> SqliteStore::lease_tokens(std::string const& account_region,
                                             TokenRates const& rates, TokenLane lane, int want) {
  if (auto fits = check_tokens(account_region, rates, want); !fits) {
    return std::unexpected(fits.error());
  }
  return write([&](Database& database) {
    return leases::lease_tokens(database, account_region, rates, lane, want, clock_.now());
  });
}

Result<std::int64_t> SqliteStore::put_record(Record const& record) {
  if (auto fits = check_record(record); !fits) return std::unexpected(fits.error());
  return write([&](Database& database) { return records::put(database, record, clock_.now()); });
}

Result<void> SqliteStore::remove_record(std::string const& kind, std::string const& id,
                                        std::int64_t version) {
  return write([&](Database& database) {
    return records::remove(database, kind, id, version, clock_.now());
  });
}

Result<std::optional<Record>> SqliteStore::record(std::string const& kind, std::string const& id) {
  return use([&](Database& database) { return records::find(database, kind, id, clock_.now()); });
}

Result<std::vector<Record>> SqliteStore::records(std::string const& kind) {
  return use([&](Database& database) { return records::all(database, kind, clock_.now()); });
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(std::string const& folder, Clock& clock) {
  std::error_code failure;
  auto place = std::filesystem::absolute(folder, failure);
  if (folder.empty() || failure) {
    return fail(ErrorCode::invalid_input, fmt::format("'{}' is no folder for a store", folder));
  }
  auto file = place / "sluice.db";
  auto done = make_private_folder(place);
  if (done) done = refuse_network_file_system(place);
  if (done) done = make_private_file(file);
  if (done) done = sync_folder(place);
  if (!done) return fail(done.error(), "open the store");
  auto store = std::make_unique<SqliteStore>(std::move(file), clock);
  if (auto started = store->start(); !started) return fail(started.error(), "open the store");
  return store;
}

}  // namespace sluice::store
