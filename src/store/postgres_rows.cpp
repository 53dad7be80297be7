#include "store/postgres_rows.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "store/rules.hpp"

namespace sluice::store::pg {
namespace {

constexpr std::string_view columns =
    "number, id, name, plan_digest, dialect, state, requester, world, summary, created, updated, "
    "ended, next_due, owner, epoch, last_seq, owner_incarnation, rolling_back";

using Text = std::string_view;

PgValue bound(std::optional<Time> const& time) {
  if (!time) return nullptr;
  return to_millis(*time);
}

PgValue bound(bool value) { return value ? Text("t") : Text("f"); }

std::optional<Time> time_at(PgRow const& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return from_millis(row.integer(column));
}

Result<json::Value> json_at(PgRow const& row, int column, std::string_view what) {
  auto value = json::parse(row.text(column));
  if (!value) {
    return fail(ErrorCode::corrupt, fmt::format("{} is stored in a form that cannot be read: {}",
                                                what, value.error().message));
  }
  return value;
}

Result<Stored> stored_at(PgRow const& row) {
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
  run.rolling_back = row.boolean(17);
  return stored;
}

/// Reads the one row that a statement answers with, if any.
Result<void> read_one(PgConnection& connection, Text sql, std::initializer_list<PgValue> values,
                      std::function<Result<void>(PgRow const&)> const& each) {
  return connection.query(sql, std::span(values.begin(), values.size()), each);
}

}  // namespace

Result<std::vector<Stored>> select(PgConnection& connection, Text rest,
                                   std::span<PgValue const> values) {
  std::vector<Stored> all;
  auto sql = fmt::format("select {} from sluice.runs {}", columns, rest);
  auto read = connection.query(sql, values, [&](PgRow const& row) -> Result<void> {
    auto stored = stored_at(row);
    if (!stored) return std::unexpected(stored.error());
    all.push_back(std::move(*stored));
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return all;
}

Result<std::optional<Stored>> find(PgConnection& connection, std::string const& id, bool lock) {
  PgValue const values[] = {Text(id)};
  auto found = select(connection, lock ? "where id = $1 for update" : "where id = $1", values);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) return std::nullopt;
  return std::move(found->front());
}

Result<Stored> require(PgConnection& connection, std::string const& id) {
  auto found = find(connection, id, true);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::unexpected(unknown_run(id));
  return std::move(**found);
}

Result<std::vector<RunRow>> list(PgConnection& connection, RunFilter const& filter) {
  std::string rest = "where true";
  std::vector<PgValue> values;
  auto where = [&](Text condition, std::optional<std::string> const& value) {
    if (!value) return;
    values.emplace_back(Text(*value));
    rest += fmt::format(fmt::runtime(condition), values.size());
  };
  if (filter.state == "active") {
    rest += " and ended is null";
  } else if (filter.state == "queued") {
    rest += " and ended is null and state = 'queued'";  // among the few of the index runs_active
  } else {
    where(" and state = ${}", filter.state);
  }
  where(" and name = ${}", filter.name);
  where(" and number in (select run from sluice.run_functions where function = ${})",
        filter.function);
  where(" and (created, number) < (select created, number from sluice.runs where id = ${})",
        filter.before);
  values.emplace_back(static_cast<std::int64_t>(std::min(filter.limit, most_listed_runs)));
  rest += fmt::format(" order by created desc, number desc limit ${}", values.size());
  auto found = select(connection, rest, values);
  if (!found) return std::unexpected(found.error());
  std::vector<RunRow> listed;
  for (auto& stored : *found) listed.push_back(std::move(stored.row));
  return listed;
}

Result<std::int64_t> insert(PgConnection& connection, RunRow const& row) {
  auto world = row.world.dump();
  auto summary = row.summary.dump();
  std::int64_t number = 0;
  auto done = read_one(
      connection,
      "insert into sluice.runs (id, name, plan_digest, dialect, state, requester, world, summary,"
      " created, updated, ended, next_due, owner, epoch, last_seq, owner_incarnation, rolling_back)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
      " returning number",
      {Text(row.id), Text(row.name), Text(row.plan_digest), Text(row.dialect), Text(row.state),
       Text(row.requester), Text(world), Text(summary), to_millis(row.created),
       to_millis(row.updated), bound(row.ended), bound(row.next_due), Text(row.owner), row.epoch,
       row.last_seq, row.owner_incarnation, bound(row.rolling_back)},
      [&](PgRow const& made) -> Result<void> {
        number = made.integer(0);
        return {};
      });
  if (done) return number;
  // Another server made the same id since it was looked for.
  if (connection.sqlstate() == "23505") return std::unexpected(existing_run(row.id));
  return std::unexpected(done.error());
}

Result<void> update(PgConnection& connection, Stored const& stored, bool with_summary) {
  auto const& row = stored.row;
  auto done = connection.execute(
      "update sluice.runs set state = $1, updated = $2, ended = $3, next_due = $4, owner = $5,"
      " epoch = $6, last_seq = $7, owner_incarnation = $8, rolling_back = $9 where number = $10",
      {Text(row.state), to_millis(row.updated), bound(row.ended), bound(row.next_due),
       Text(row.owner), row.epoch, row.last_seq, row.owner_incarnation, bound(row.rolling_back),
       stored.number});
  if (!done || !with_summary) return done;
  auto summary = row.summary.dump();
  return connection.execute("update sluice.runs set summary = $1 where number = $2",
                            {Text(summary), stored.number});
}

Result<json::Value> plan(PgConnection& connection, std::string const& digest) {
  std::optional<json::Value> found;
  auto read = read_one(connection, "select body from sluice.plans where digest = $1",
                       {Text(digest)}, [&](PgRow const& row) -> Result<void> {
                         auto body = json_at(row, 0, fmt::format("plan '{}'", digest));
                         if (!body) return std::unexpected(body.error());
                         found = std::move(*body);
                         return {};
                       });
  if (!read) return std::unexpected(read.error());
  if (!found) return std::unexpected(unknown_plan(digest));
  return std::move(*found);
}

Result<void> insert_plan(PgConnection& connection, NewRun const& run) {
  if (run.plan.is_null()) {
    auto known = plan(connection, run.row.plan_digest);
    if (!known) return std::unexpected(known.error());
    return {};
  }
  auto body = run.plan.dump();
  return connection.execute(
      "insert into sluice.plans (digest, body) values ($1, $2) on conflict do nothing",
      {Text(run.row.plan_digest), Text(body)});
}

Result<void> insert_events(PgConnection& connection, std::int64_t number, std::int64_t epoch,
                           std::vector<EventRow> const& events) {
  constexpr std::size_t at_once = 500;  // a statement takes up to 65,535 values
  for (std::size_t begin = 0; begin < events.size(); begin += at_once) {
    auto end = std::min(events.size(), begin + at_once);
    std::vector<std::string> bodies;
    for (auto i = begin; i < end; ++i) bodies.push_back(events[i].body.dump());
    std::string sql = "insert into sluice.events (run, epoch, seq, at, type, body) values ";
    std::vector<PgValue> values = {number, epoch};
    for (auto i = begin; i < end; ++i) {
      auto n = values.size();
      sql += fmt::format("{}($1, $2, ${}, ${}, ${}, ${})", i == begin ? "" : ", ", n + 1, n + 2,
                         n + 3, n + 4);
      values.emplace_back(events[i].seq);
      values.emplace_back(to_millis(events[i].at));
      values.emplace_back(Text(events[i].type));
      values.emplace_back(Text(bodies[i - begin]));
    }
    if (auto done = connection.execute(sql, values); !done) return done;
  }
  return {};
}

Result<void> replace_functions(PgConnection& connection, std::int64_t number,
                               json::Value const& summary) {
  auto done = connection.execute("delete from sluice.run_functions where run = $1", {number});
  for (auto const& name : functions_of(summary)) {
    if (!done) break;
    done = connection.execute("insert into sluice.run_functions (function, run) values ($1, $2)",
                              {Text(name), number});
  }
  return done;
}

Result<std::optional<Busy>> busy(PgConnection& connection, std::vector<std::string> const& locks,
                                 std::string const& run, std::string const& ending) {
  for (auto const& lock : locks) {
    std::optional<Busy> held;
    auto read =
        read_one(connection,
                 "select runs.id from sluice.locks join sluice.runs on number = run"
                 " where locks.name = $1 and id not in ($2, $3)",
                 {Text(lock), Text(run), Text(ending)}, [&](PgRow const& row) -> Result<void> {
                   held = Busy{lock, row.text(0)};
                   return {};
                 });
    if (!read) return std::unexpected(read.error());
    if (held) return held;
  }
  return std::nullopt;
}

Result<std::optional<Busy>> take_locks(PgConnection& connection, Stored const& stored,
                                       std::vector<std::string> const& locks) {
  // Sorted, so that two servers that want the same ones wait for each other in one direction only.
  auto sorted = distinct(locks);
  for (auto const& lock : sorted) {
    auto done = connection.execute(
        "insert into sluice.locks (name, run) values ($1, $2) on conflict do nothing",
        {Text(lock), stored.number});
    if (!done) return std::unexpected(done.error());
  }
  return busy(connection, sorted, stored.row.id, "");
}

Result<void> drop_locks(PgConnection& connection, std::int64_t number,
                        std::vector<std::string> const& locks) {
  for (auto const& lock : distinct(locks)) {
    auto done = connection.execute("delete from sluice.locks where name = $1 and run = $2",
                                   {Text(lock), number});
    if (!done) return done;
  }
  return {};
}

Result<void> drop_all_locks(PgConnection& connection, std::int64_t number) {
  return connection.execute("delete from sluice.locks where run = $1", {number});
}

Result<std::vector<LockRow>> locks(PgConnection& connection) {
  std::vector<LockRow> all;
  auto read = connection.query(
      "select locks.name, runs.id from sluice.locks join sluice.runs on number = run"
      " order by locks.name",
      {}, [&](PgRow const& row) -> Result<void> {
        all.push_back({row.text(0), row.text(1)});
        return {};
      });
  if (!read) return std::unexpected(read.error());
  return all;
}

Result<std::vector<EventRow>> events(PgConnection& connection, std::int64_t number,
                                     std::int64_t after, std::size_t limit) {
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  std::vector<EventRow> found;
  auto read =
      read_one(connection,
               "select seq, at, type, body, epoch from sluice.events where run = $1 and seq > $2"
               " order by seq limit $3",
               {number, after, static_cast<std::int64_t>(std::min(limit, most))},
               [&](PgRow const& row) -> Result<void> {
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

}  // namespace sluice::store::pg
