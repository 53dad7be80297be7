#include "store/sqlite_rows.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "store/rules.hpp"

namespace sluice::store::rows {
namespace {

constexpr std::string_view columns =
    "number, id, name, plan_digest, dialect, state, requester, world, summary, created, updated, "
    "ended, next_due, owner, epoch, last_seq, owner_incarnation, rolling_back";

Bound bound(std::optional<Time> const& time) {
  if (!time) return nullptr;
  return to_millis(*time);
}

std::optional<Time> time_at(Row const& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return from_millis(row.integer(column));
}

Result<json::Value> json_at(Row const& row, int column, std::string_view what) {
  auto value = json::parse(row.text(column));
  if (!value) {
    return fail(ErrorCode::corrupt, fmt::format("{} is stored in a form that cannot be read: {}",
                                                what, value.error().message));
  }
  return value;
}

Result<Stored> stored_at(Row const& row) {
  Stored stored;
  stored.number = row.integer(0);
  auto& run = stored.row;
  run.id = row.text(1);
  run.name = row.text(2);
  run.plan_digest = row.text(3);
  run.dialect = row.text(4);
  run.state = row.text(5);
  run.requester = row.text(6);
  auto world = json_at(row, 7, fmt::format("the world of run '{}'", run.id));
  if (!world) return std::unexpected(world.error());
  run.world = std::move(*world);
  auto summary = json_at(row, 8, fmt::format("the summary of run '{}'", run.id));
  if (!summary) return std::unexpected(summary.error());
  run.summary = std::move(*summary);
  run.created = from_millis(row.integer(9));
  run.updated = from_millis(row.integer(10));
  run.ended = time_at(row, 11);
  run.next_due = time_at(row, 12);
  run.owner = row.text(13);
  run.epoch = row.integer(14);
  run.last_seq = row.integer(15);
  run.owner_incarnation = row.integer(16);
  run.rolling_back = row.integer(17) != 0;
  return stored;
}

}  // namespace

Result<std::optional<Stored>> find(Database& database, std::string const& id) {
  std::optional<Stored> found;
  auto sql = fmt::format("select {} from runs where id = ?", columns);
  Bound const values[] = {std::string_view(id)};
  auto read = database.query(sql, values, [&](Row const& row) -> Result<void> {
    auto stored = stored_at(row);
    if (!stored) return std::unexpected(stored.error());
    found = std::move(*stored);
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return found;
}

Result<Stored> require(Database& database, std::string const& id) {
  auto found = find(database, id);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::unexpected(unknown_run(id));
  return std::move(**found);
}

Result<std::vector<Stored>> select(Database& database, std::string_view rest,
                                   std::span<Bound const> values) {
  std::vector<Stored> all;
  auto sql = fmt::format("select {} from runs {}", columns, rest);
  auto read = database.query(sql, values, [&](Row const& row) -> Result<void> {
    auto stored = stored_at(row);
    if (!stored) return std::unexpected(stored.error());
    all.push_back(std::move(*stored));
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return all;
}

Result<std::vector<RunRow>> list(Database& database, RunFilter const& filter) {
  std::string sql = fmt::format("select {} from runs where 1", columns);
  std::vector<Bound> values;
  auto where = [&](std::string_view condition, std::optional<std::string> const& value) {
    if (!value) return;
    sql += fmt::format(" and {}", condition);
    values.emplace_back(std::string_view(*value));
  };
  if (filter.state == "active") {
    sql += " and ended is null";
  } else if (filter.state == "queued") {
    sql += " and ended is null and state = 'queued'";  // among the few of the index runs_active
  } else {
    where("state = ?", filter.state);
  }
  where("name = ?", filter.name);
  where("number in (select run from run_functions where function = ?)", filter.function);
  where("(created, number) < (select created, number from runs where id = ?)", filter.before);
  sql += " order by created desc, number desc limit ?";
  values.emplace_back(static_cast<std::int64_t>(std::min(filter.limit, most_listed_runs)));

  std::vector<RunRow> listed;
  auto read = database.query(sql, values, [&](Row const& row) -> Result<void> {
    auto stored = stored_at(row);
    if (!stored) return std::unexpected(stored.error());
    listed.push_back(std::move(stored->row));
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return listed;
}

Result<std::int64_t> insert(Database& database, RunRow const& row) {
  auto world = row.world.dump();
  auto summary = row.summary.dump();
  using Text = std::string_view;
  auto done = database.execute(
      "insert into runs (id, name, plan_digest, dialect, state, requester, world, summary, created,"
      " updated, ended, next_due, owner, epoch, last_seq, owner_incarnation, rolling_back)"
      " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {Text(row.id), Text(row.name), Text(row.plan_digest), Text(row.dialect), Text(row.state),
       Text(row.requester), Text(world), Text(summary), to_millis(row.created),
       to_millis(row.updated), bound(row.ended), bound(row.next_due), Text(row.owner), row.epoch,
       row.last_seq, row.owner_incarnation, row.rolling_back});
  if (!done) return std::unexpected(done.error());
  return database.integer("select last_insert_rowid()");
}

Result<void> update(Database& database, Stored const& stored) {
  auto const& row = stored.row;
  auto summary = row.summary.dump();
  using Text = std::string_view;
  return database.execute(
      "update runs set state = ?, summary = ?, updated = ?, ended = ?, next_due = ?, owner = ?,"
      " epoch = ?, last_seq = ?, owner_incarnation = ?, rolling_back = ? where number = ?",
      {Text(row.state), Text(summary), to_millis(row.updated), bound(row.ended),
       bound(row.next_due), Text(row.owner), row.epoch, row.last_seq, row.owner_incarnation,
       row.rolling_back, stored.number});
}

Result<json::Value> plan(Database& database, std::string const& digest) {
  std::optional<json::Value> found;
  Bound const values[] = {std::string_view(digest)};
  auto read = database.query("select body from plans where digest = ?", values,
                             [&](Row const& row) -> Result<void> {
                               auto body = json_at(row, 0, fmt::format("plan '{}'", digest));
                               if (!body) return std::unexpected(body.error());
                               found = std::move(*body);
                               return {};
                             });
  if (!read) return std::unexpected(read.error());
  if (!found) return std::unexpected(unknown_plan(digest));
  return std::move(*found);
}

Result<void> insert_plan(Database& database, NewRun const& run) {
  if (run.plan.is_null()) {
    auto known = plan(database, run.row.plan_digest);
    if (!known) return std::unexpected(known.error());
    return {};
  }
  auto body = run.plan.dump();
  return database.execute("insert into plans (digest, body) values (?, ?) on conflict do nothing",
                          {std::string_view(run.row.plan_digest), std::string_view(body)});
}

Result<void> insert_events(Database& database, std::int64_t number, std::int64_t epoch,
                           std::vector<EventRow> const& events) {
  for (auto const& event : events) {
    auto body = event.body.dump();
    auto done = database.execute(
        "insert into events (run, seq, at, type, body, epoch) values (?, ?, ?, ?, ?, ?)",
        {number, event.seq, to_millis(event.at), std::string_view(event.type),
         std::string_view(body), epoch});
    if (!done) return done;
  }
  return {};
}

Result<void> replace_functions(Database& database, std::int64_t number,
                               json::Value const& summary) {
  if (auto gone = database.execute("delete from run_functions where run = ?", {number}); !gone) {
    return gone;
  }
  for (auto const& name : functions_of(summary)) {
    auto done = database.execute("insert into run_functions (function, run) values (?, ?)",
                                 {std::string_view(name), number});
    if (!done) return done;
  }
  return {};
}

Result<std::optional<Busy>> busy(Database& database, std::vector<std::string> const& locks,
                                 std::string const& run, std::string const& ending) {
  for (auto const& lock : locks) {
    std::optional<Busy> held;
    Bound const values[] = {std::string_view(lock), std::string_view(run),
                            std::string_view(ending)};
    auto read = database.query(
        "select runs.id from locks join runs on runs.number = locks.run"
        " where locks.name = ? and runs.id not in (?, ?)",
        values, [&](Row const& row) -> Result<void> {
          held = Busy{lock, row.text(0)};
          return {};
        });
    if (!read) return std::unexpected(read.error());
    if (held) return held;
  }
  return std::nullopt;
}

Result<void> take_locks(Database& database, std::int64_t number,
                        std::vector<std::string> const& locks) {
  for (auto const& lock : distinct(locks)) {
    // The run may hold it already; another run's was found by `busy` in the same transaction.
    auto done =
        database.execute("insert into locks (name, run) values (?, ?) on conflict do nothing",
                         {std::string_view(lock), number});
    if (!done) return done;
  }
  return {};
}

Result<void> drop_locks(Database& database, std::int64_t number,
                        std::vector<std::string> const& locks) {
  for (auto const& lock : locks) {
    auto done = database.execute("delete from locks where name = ? and run = ?",
                                 {std::string_view(lock), number});
    if (!done) return done;
  }
  return {};
}

Result<void> drop_all_locks(Database& database, std::int64_t number) {
  return database.execute("delete from locks where run = ?", {number});
}

Result<std::vector<LockRow>> locks(Database& database) {
  std::vector<LockRow> all;
  auto read = database.query(
      "select locks.name, runs.id from locks join runs on runs.number = locks.run"
      " order by locks.name",
      {}, [&](Row const& row) -> Result<void> {
        all.push_back({row.text(0), row.text(1)});
        return {};
      });
  if (!read) return std::unexpected(read.error());
  return all;
}

Result<std::vector<EventRow>> events(Database& database, std::int64_t number, std::int64_t after,
                                     std::size_t limit) {
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  Bound const values[] = {number, after, static_cast<std::int64_t>(std::min(limit, most))};
  std::vector<EventRow> found;
  auto read = database.query(
      "select seq, at, type, body, epoch from events where run = ? and seq > ? order by seq limit "
      "?",
      values, [&](Row const& row) -> Result<void> {
        EventRow event;
        event.seq = row.integer(0);
        event.at = from_millis(row.integer(1));
        event.type = row.text(2);
        auto body = json_at(row, 3, fmt::format("event {}", event.seq));
        if (!body) return std::unexpected(body.error());
        event.body = std::move(*body);
        event.epoch = row.integer(4);
        found.push_back(std::move(event));
        return {};
      });
  if (!read) return std::unexpected(read.error());
  return found;
}

}  // namespace sluice::store::rows
