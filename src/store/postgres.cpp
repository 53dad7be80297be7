#include "store/postgres.hpp"

#include <fmt/core.h>

#include "store/postgres_leases.hpp"
#include "store/postgres_records.hpp"
#include "store/postgres_rows.hpp"
#include "store/postgres_schema.hpp"
#include "store/rules.hpp"

namespace sluice::store {
namespace {

/// How often a transaction is begun anew after the database gave it up for another one's sake.
constexpr int most_attempts = 4;

/// The newest write of ours that was confirmed. The database keeps commits in their order, so where
/// this one is still there, all before it are.
struct Acknowledged {
  std::string run;
  std::int64_t epoch = 0;
  std::int64_t last_seq = 0;
};

/// What a transaction's work may ask for, besides the connection.
struct Work {
  PgConnection& connection;
  bool discard = false;  ///< the answer stands, and nothing is written
  bool hint = false;     ///< other servers look, once it is committed
};

class PostgresStore final : public Store {
 public:
  PostgresStore(PostgresAddress address, Clock& clock, Duration patience)
      : address_(std::move(address)), clock_(clock), patience_(patience) {}

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
  Result<void> connect();
  Result<void> find_acknowledged();
  /// Connects where that is needed, and begins.
  Result<void> begin();
  Result<void> commit(bool hint);
  /// Runs `use(work)` in one transaction, as often as the database asks for it.
  template <class Use>
  auto transact(Use&& use) -> decltype(use(std::declval<Work&>()));
  template <class Use>
  auto attempt(Use&& use) -> decltype(use(std::declval<Work&>()));

  Result<std::optional<Busy>> create_in(Work& work, NewRun const& run, RunRow const& row);
  /// The row after it; none where a lock is busy: `busy` says which.
  Result<RunRow> append_in(Work& work, std::string const& run, std::int64_t epoch,
                           std::vector<EventRow> const& events, RunPatch const& patch,
                           std::vector<std::string> const& locks, std::optional<Busy>& busy);
  void acknowledge(RunRow const& row) { acknowledged_ = {row.id, row.epoch, row.last_seq}; }

  PostgresAddress address_;
  Clock& clock_;
  Duration patience_;
  std::optional<PgConnection> connection_;  ///< none after it was lost, until the next use
  std::optional<Acknowledged> acknowledged_;
};

Result<void> PostgresStore::start() {
  // A migration may take longer than any call that follows.
  auto connection = PgConnection::open(address_, std::chrono::minutes(6));
  if (!connection) return std::unexpected(connection.error());
  auto migrated = migrate_postgres(*connection, postgres_migrations());
  if (!migrated) return fail(migrated.error(), address_.shown);
  return connect();
}

Result<void> PostgresStore::connect() {
  auto opened = PgConnection::open(address_, patience_);
  if (!opened) return std::unexpected(opened.error());
  connection_ = std::move(*opened);
  auto ready = check_postgres_schema(*connection_, postgres_migrations());
  if (ready) ready = find_acknowledged();
  if (ready) return {};
  connection_.reset();
  return fail(ready.error(), address_.shown);
}

Result<void> PostgresStore::find_acknowledged() {
  if (!acknowledged_) return {};
  auto found = pg::find(*connection_, acknowledged_->run, false);
  if (!found) return std::unexpected(found.error());
  auto const& kept = *found;
  if (kept && kept->row.epoch >= acknowledged_->epoch &&
      kept->row.last_seq >= acknowledged_->last_seq) {
    return {};
  }
  return fail(ErrorCode::corrupt,
              fmt::format("the database lost event {} of run '{}', which it had confirmed",
                          acknowledged_->last_seq, acknowledged_->run),
              "a replica that lagged behind or a backup may have taken its place: compare the "
              "running releases with AWS before going on");
}

Result<void> PostgresStore::begin() {
  bool was_open = connection_.has_value();
  if (!was_open) {
    if (auto connected = connect(); !connected) return connected;
  }
  auto begun = connection_->begin();
  if (begun || !connection_->broken()) return begun;
  // It was lost while nothing was under way, as when the database was restarted.
  connection_.reset();
  if (!was_open) return begun;
  if (auto connected = connect(); !connected) return connected;
  return connection_->begin();
}

Result<void> PostgresStore::commit(bool hint) {
  if (hint) {
    auto told = connection_->execute("select pg_notify('sluice', '')");
    if (!told) {
      connection_->roll_back();
      return told;
    }
  }
  auto done = connection_->commit();
  if (done || !connection_->broken()) return done;
  return fail(done.error(), "whether the write was made is not known");
}

template <class Use>
auto PostgresStore::attempt(Use&& use) -> decltype(use(std::declval<Work&>())) {
  if (auto begun = begin(); !begun) return std::unexpected(begun.error());
  Work work{*connection_};
  auto outcome = use(work);
  if (!outcome || work.discard) {
    connection_->roll_back();
    return outcome;
  }
  if (auto done = commit(work.hint); !done) return std::unexpected(done.error());
  return outcome;
}

template <class Use>
auto PostgresStore::transact(Use&& use) -> decltype(use(std::declval<Work&>())) {
  for (int attempts = 1;; ++attempts) {
    auto outcome = attempt(use);
    if (connection_ && connection_->broken()) {
      connection_.reset();
      return outcome;
    }
    if (outcome || !connection_ || attempts == most_attempts) return outcome;
    // 40001, 40P01: the database rolled it back, so that others could go on.
    bool again =
        outcome.error().code == ErrorCode::unavailable && connection_->sqlstate().starts_with("40");
    if (!again) return outcome;
  }
}

Result<std::optional<Busy>> PostgresStore::create(NewRun const& run) {
  if (auto fits = check_new(run); !fits) return std::unexpected(fits.error());
  auto row = created(run, clock_.now());
  auto outcome = transact([&](Work& work) { return create_in(work, run, row); });
  if (outcome && !*outcome) acknowledge(row);
  return outcome;
}

Result<std::optional<Busy>> PostgresStore::create_in(Work& work, NewRun const& run,
                                                     RunRow const& row) {
  auto& connection = work.connection;
  auto existing = pg::find(connection, row.id, false);
  if (!existing) return std::unexpected(existing.error());
  if (*existing) return std::unexpected(existing_run(row.id));
  auto locks = row.ended ? std::vector<std::string>() : run.locks;
  auto held = pg::busy(connection, locks, row.id, run.ending ? run.ending->run : "");
  if (!held || *held) return held;
  if (auto const& ending = run.ending) {
    std::optional<Busy> never;
    auto ended =
        append_in(work, ending->run, ending->epoch, ending->events, ending->patch, {}, never);
    if (!ended) return std::unexpected(ended.error());
  }
  if (auto done = pg::insert_plan(connection, run); !done) return std::unexpected(done.error());
  auto number = pg::insert(connection, row);
  if (!number) return std::unexpected(number.error());
  auto done = pg::insert_events(connection, *number, row.epoch, run.events);
  if (done) done = pg::replace_functions(connection, *number, row.summary);
  if (!done) return std::unexpected(done.error());
  auto busy = pg::take_locks(connection, {*number, row}, locks);
  work.discard = busy && busy->has_value();
  work.hint = true;
  return busy;
}

Result<RunRow> PostgresStore::claim(std::string const& run, std::string const& owner) {
  auto outcome = transact([&](Work& work) -> Result<RunRow> {
    auto stored = pg::require(work.connection, run);
    if (!stored) return std::unexpected(stored.error());
    stored->row = claimed(std::move(stored->row), owner, clock_.now());
    auto done = pg::update(work.connection, *stored, false);
    if (!done) return std::unexpected(done.error());
    return std::move(stored->row);
  });
  if (outcome) acknowledge(*outcome);
  return outcome;
}

Result<void> PostgresStore::release(std::string const& run, std::int64_t epoch) {
  return transact([&](Work& work) -> Result<void> {
    auto stored = pg::require(work.connection, run);
    if (!stored) return std::unexpected(stored.error());
    auto row = released(std::move(stored->row), epoch, clock_.now());
    if (!row) return std::unexpected(row.error());
    work.hint = true;
    return pg::update(work.connection, {stored->number, std::move(*row)}, false);
  });
}

Result<RunRow> PostgresStore::append_in(Work& work, std::string const& run, std::int64_t epoch,
                                        std::vector<EventRow> const& events, RunPatch const& patch,
                                        std::vector<std::string> const& locks,
                                        std::optional<Busy>& busy) {
  auto& connection = work.connection;
  // The row stays locked until the commit, so its epoch cannot change behind this look at it.
  auto stored = pg::require(connection, run);
  if (!stored) return std::unexpected(stored.error());
  auto row = appended(std::move(stored->row), epoch, events, patch, clock_.now());
  if (!row) return row;
  pg::Stored const after{stored->number, *row};
  auto done = pg::insert_events(connection, after.number, epoch, events);
  if (done) done = pg::update(connection, after, patch.summary.has_value());
  if (done && patch.summary) done = pg::replace_functions(connection, after.number, row->summary);
  if (done) done = pg::drop_locks(connection, after.number, patch.release_locks);
  if (done && row->ended) done = pg::drop_all_locks(connection, after.number);
  if (!done) return std::unexpected(done.error());
  work.hint = work.hint || patch.ended || !patch.release_locks.empty();
  if (!row->ended) {
    auto held = pg::take_locks(connection, after, locks);
    if (!held) return std::unexpected(held.error());
    busy = *held;
    work.discard = busy.has_value();
  }
  return row;
}

Result<void> PostgresStore::append(std::string const& run, std::int64_t epoch,
                                   std::vector<EventRow> const& events, RunPatch const& patch) {
  auto outcome = transact([&](Work& work) {
    std::optional<Busy> never;
    return append_in(work, run, epoch, events, patch, {}, never);
  });
  if (!outcome) return std::unexpected(outcome.error());
  acknowledge(*outcome);
  return {};
}

Result<std::optional<Busy>> PostgresStore::append_locking(std::string const& run,
                                                          std::int64_t epoch,
                                                          std::vector<std::string> const& locks,
                                                          std::vector<EventRow> const& events,
                                                          RunPatch const& patch) {
  std::optional<RunRow> after;
  auto outcome = transact([&](Work& work) -> Result<std::optional<Busy>> {
    after.reset();
    auto held = pg::busy(work.connection, locks, run, "");
    if (!held || *held) return held;
    std::optional<Busy> busy;
    auto row = append_in(work, run, epoch, events, patch, locks, busy);
    if (!row) return std::unexpected(row.error());
    if (!busy) after = std::move(*row);
    return busy;
  });
  if (outcome && after) acknowledge(*after);
  return outcome;
}

Result<std::optional<RunRow>> PostgresStore::run(std::string const& id) {
  return transact([&](Work& work) -> Result<std::optional<RunRow>> {
    auto found = pg::find(work.connection, id, false);
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::nullopt;
    return std::move((*found)->row);
  });
}

Result<std::vector<RunRow>> PostgresStore::runs(RunFilter const& filter) {
  return transact([&](Work& work) { return pg::list(work.connection, filter); });
}

Result<std::vector<EventRow>> PostgresStore::events(std::string const& run, std::int64_t after,
                                                    std::size_t limit) {
  return transact([&](Work& work) -> Result<std::vector<EventRow>> {
    auto stored = pg::find(work.connection, run, false);
    if (!stored) return std::unexpected(stored.error());
    if (!*stored) return std::unexpected(unknown_run(run));
    return pg::events(work.connection, (*stored)->number, after, limit);
  });
}

Result<json::Value> PostgresStore::plan(std::string const& digest) {
  return transact([&](Work& work) { return pg::plan(work.connection, digest); });
}

Result<std::vector<LockRow>> PostgresStore::locks() {
  return transact([&](Work& work) { return pg::locks(work.connection); });
}

Result<Membership> PostgresStore::join(std::string const& node, Duration ttl) {
  if (auto fits = check_lease(node, ttl); !fits) return std::unexpected(fits.error());
  return transact([&](Work& work) { return pg::join(work.connection, node, ttl); });
}

Result<Time> PostgresStore::renew(Membership const& member, Duration ttl) {
  if (auto fits = check_lease(member.node, ttl); !fits) return std::unexpected(fits.error());
  return transact([&](Work& work) { return pg::renew(work.connection, member, ttl); });
}

Result<std::vector<Membership>> PostgresStore::members() {
  return transact([&](Work& work) { return pg::members(work.connection); });
}

Result<void> PostgresStore::leave(Membership const& member) {
  return transact([&](Work& work) {
    work.hint = true;
    return pg::leave(work.connection, member, clock_.now());
  });
}

Result<std::vector<RunRow>> PostgresStore::claim_free(Membership const& member, std::size_t limit) {
  auto outcome = transact(
      [&](Work& work) { return pg::claim_free(work.connection, member, limit, clock_.now()); });
  if (outcome && !outcome->empty()) acknowledge(outcome->back());
  return outcome;
}

Result<RunRow> PostgresStore::claim_one(Membership const& member, std::string const& run) {
  auto outcome = transact(
      [&](Work& work) { return pg::claim_one(work.connection, member, run, clock_.now()); });
  if (outcome) acknowledge(*outcome);
  return outcome;
}

Result<TokenSlice> PostgresStore::lease_tokens(std::string const& account_region,
                                               TokenRates const& rates, TokenLane lane, int want) {
  if (auto fits = check_tokens(account_region, rates, want); !fits) {
    return std::unexpected(fits.error());
  }
  return transact([&](Work& work) {
    return pg::lease_tokens(work.connection, account_region, rates, lane, want);
  });
}

Result<std::int64_t> PostgresStore::put_record(Record const& record) {
  if (auto fits = check_record(record); !fits) return std::unexpected(fits.error());
  return transact([&](Work& work) {
    work.hint = record.kind == signal_records;
    return pg::put_record(work.connection, record, clock_.now());
  });
}

Result<void> PostgresStore::remove_record(std::string const& kind, std::string const& id,
                                          std::int64_t version) {
  return transact([&](Work& work) {
    return pg::remove_record(work.connection, kind, id, version, clock_.now());
  });
}

Result<std::optional<Record>> PostgresStore::record(std::string const& kind,
                                                    std::string const& id) {
  return transact(
      [&](Work& work) { return pg::find_record(work.connection, kind, id, clock_.now()); });
}

Result<std::vector<Record>> PostgresStore::records(std::string const& kind) {
  return transact([&](Work& work) { return pg::all_records(work.connection, kind, clock_.now()); });
}

}  // namespace

Result<std::unique_ptr<Store>> open_postgres(std::string const& uri, Clock& clock,
                                             Duration patience) {
  auto address = parse_postgres(uri);
  if (!address) return fail(address.error(), "open the store");
  auto store = std::make_unique<PostgresStore>(std::move(*address), clock, patience);
  if (auto started = store->start(); !started) return fail(started.error(), "open the store");
  return store;
}

}  // namespace sluice::store
