#include "store/postgres_schema.hpp"

#include <fmt/core.h>

#include <array>

namespace sluice::store {
namespace {

/// Times are milliseconds since 1970. Documents are text and not jsonb: they are read as a whole,
/// and jsonb cannot hold every text that a document can. Names sort by their bytes, as in SQLite.
/// Rows that are written again and again leave room in their pages (operability H11), and no index
/// covers a column that every append changes, so that an append touches one page of the table only.
constexpr char const* version_1 = R"sql(
create table sluice.plans (
  digest text primary key,
  body text not null
);

create table sluice.runs (
  number bigint generated always as identity primary key,
  id text not null unique,
  name text not null,
  plan_digest text not null references sluice.plans (digest),
  dialect text not null,
  state text not null,
  requester text not null,
  world text not null,
  summary text not null,
  created bigint not null,
  updated bigint not null,
  ended bigint,
  next_due bigint,
  owner text not null,
  epoch bigint not null,
  last_seq bigint not null,
  owner_incarnation bigint not null,
  rolling_back boolean not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index runs_by_time on sluice.runs (created, number);
create index runs_by_name on sluice.runs (name, created, number);
create index runs_active on sluice.runs (created, number) where ended is null;
create index runs_by_owner on sluice.runs (owner_incarnation) where ended is null;

create table sluice.events (
  run bigint not null references sluice.runs (number),
  seq bigint not null check (seq > 0),
  at bigint not null,
  type text not null,
  body text not null,
  epoch bigint not null,
  primary key (run, seq)
);

create table sluice.locks (
  name text collate "C" primary key,
  run bigint not null references sluice.runs (number)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index locks_by_run on sluice.locks (run);

create table sluice.run_functions (
  function text not null,
  run bigint not null references sluice.runs (number),
  primary key (function, run)
);
create index run_functions_by_run on sluice.run_functions (run);

create table sluice.nodes (
  incarnation bigint generated always as identity primary key,
  node text not null unique,
  lease_until bigint not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

create table sluice.call_tokens (
  account_region text primary key,
  second bigint not null,
  shared_used integer not null,
  reserve_used integer not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
)sql";

/// What servers keep besides runs.
constexpr char const* version_2 = R"sql(
create table sluice.records (
  kind text collate "C" not null,
  id text collate "C" not null,
  body text not null,
  version bigint not null,
  expires bigint,
  primary key (kind, id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index records_by_expiry on sluice.records (expires) where expires is not null;
)sql";

/// What runs deploy. A package is there once its row is; its pieces, of a mebibyte each but for the
/// last, are written before that and never changed. Archives do not get smaller by compression.
constexpr char const* version_3 = R"sql(
create table sluice.packages (
  sha256 text collate "C" primary key,
  size bigint not null,
  stored bigint not null
);
create table sluice.package_pieces (
  sha256 text collate "C" not null,
  number bigint not null,
  bytes bytea not null,
  primary key (sha256, number)
);
alter table sluice.package_pieces alter column bytes set storage external;
)sql";

constexpr std::array all = {Migration{1, version_1}, Migration{2, version_2},
                            Migration{3, version_3}};

/// Kept until the transaction ends, so that it needs no session: servers that start together make
/// the schema one after the other. The number is "slce".
constexpr char const* wait_for_others = "select pg_advisory_xact_lock(1936483173)";

Result<std::int64_t> integer(PgConnection& connection, std::string_view sql) {
  std::int64_t value = 0;
  auto read = connection.query(sql, {}, [&](PgRow const& row) -> Result<void> {
    value = row.integer(0);
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return value;
}

/// 0 where there is no schema yet, or an empty one that an administrator made for us.
Result<std::int64_t> stored_version(PgConnection& connection) {
  auto ours = integer(connection,
                      "select count(*) from pg_tables"
                      " where schemaname = 'sluice' and tablename = 'meta'");
  if (!ours) return ours;
  if (*ours == 1) {
    return integer(connection, "select value::bigint from sluice.meta where key = 'schema'");
  }
  auto foreign = integer(connection,
                         "select count(*) from pg_class join pg_namespace"
                         " on pg_namespace.oid = relnamespace"
                         " where nspname = 'sluice'");
  if (!foreign || *foreign == 0) return foreign;
  return fail(ErrorCode::invalid_input,
              "the database holds a schema 'sluice' that another program made",
              "give the store a database of its own");
}

Result<void> check_not_newer(std::int64_t version, int last) {
  if (version <= last) return {};
  return fail(
      ErrorCode::invalid_input,
      fmt::format("the store has schema {}, this program knows schemas up to {}", version, last),
      "a newer release of Sluice wrote it: use that release, or another store");
}

Result<void> prepare_schema(PgConnection& connection) {
  auto known = integer(connection, "select count(*) from pg_namespace where nspname = 'sluice'");
  if (!known) return std::unexpected(known.error());
  // "if not exists" would ask for the right to create even where there is nothing to create.
  if (*known == 0) {
    if (auto made = connection.execute("create schema sluice"); !made) return made;
  }
  return connection.script(
      "create table sluice.meta (key text primary key, value text not null);"
      "insert into sluice.meta values ('schema', '0')");
}

/// One step, or none where the schema is the last already. True: another may be to do.
Result<bool> migrate_once(PgConnection& connection, std::span<Migration const> steps) {
  if (auto alone = connection.execute(wait_for_others); !alone) {
    return std::unexpected(alone.error());
  }
  auto version = stored_version(connection);
  if (!version) return std::unexpected(version.error());
  auto fits = check_not_newer(*version, steps.back().version);
  if (!fits) return std::unexpected(fits.error());
  if (*version == steps.back().version) return false;
  Result<void> done;
  if (*version == 0) done = prepare_schema(connection);
  auto const& step = steps[static_cast<std::size_t>(*version)];
  if (done) done = connection.script(step.statements);
  if (done) {
    done = connection.script(
        fmt::format("update sluice.meta set value = '{}' where key = 'schema'", step.version));
  }
  if (!done) return fail(done.error(), fmt::format("migrate the store to schema {}", step.version));
  return true;
}

}  // namespace

std::span<Migration const> postgres_migrations() { return all; }

Result<void> migrate_postgres(PgConnection& connection, std::span<Migration const> steps) {
  for (bool more = true; more;) {
    if (auto begun = connection.begin_migration(); !begun) return begun;
    auto moved = migrate_once(connection, steps);
    if (!moved || !*moved) connection.roll_back();
    if (!moved) {
      auto error = moved.error();
      if (error.code == ErrorCode::denied) {
        error.hint = "let an administrator run once: create schema sluice authorization USER";
      }
      return std::unexpected(std::move(error));
    }
    more = *moved;
    if (!more) return {};
    if (auto committed = connection.commit(); !committed) return committed;
  }
  return {};
}

Result<void> check_postgres_schema(PgConnection& connection, std::span<Migration const> steps) {
  auto version = stored_version(connection);
  if (!version) return std::unexpected(version.error());
  auto last = steps.back().version;
  if (*version == last) return {};
  if (auto fits = check_not_newer(*version, last); !fits) return fits;
  return fail(ErrorCode::corrupt,
              fmt::format("the database has schema {} where it had {}", *version, last),
              "another database answers under this address, or an old backup was restored");
}

}  // namespace sluice::store
