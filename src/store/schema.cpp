#include "store/schema.hpp"

#include <fmt/core.h>

#include <array>

namespace sluice::store {
namespace {

/// "slce": tells a store from any other SQLite file (PRAGMA application_id).
constexpr std::int64_t application_id = 0x736c6365;

/// Times are milliseconds since 1970. No `check (json_valid(…))`: with `trusted_schema` off, SQLite
/// 3.40 lets no schema call it; only our own writer fills these columns and every read parses them.
/// `run_functions` repeats what a run's summary names, so that the runs of a function are found
/// without reading every summary.
constexpr char const* version_1 = R"sql(
create table meta (
  key text primary key,
  value text not null
) strict, without rowid;
insert into meta values ('clean', '1');

create table plans (
  digest text primary key,
  body text not null
) strict;

create table runs (
  number integer primary key,
  id text not null unique,
  name text not null,
  plan_digest text not null references plans (digest),
  dialect text not null,
  state text not null,
  requester text not null,
  world text not null,
  summary text not null,
  created integer not null,
  updated integer not null,
  ended integer,
  next_due integer,
  owner text not null,
  epoch integer not null,
  last_seq integer not null
) strict;
create index runs_by_time on runs (created, number);
create index runs_by_name on runs (name, created, number);
create index runs_active on runs (created, number) where ended is null;

create table events (
  run integer not null references runs (number),
  seq integer not null check (seq > 0),
  at integer not null,
  type text not null,
  body text not null,
  epoch integer not null,
  primary key (run, seq)
) strict, without rowid;

create table locks (
  name text primary key,
  run integer not null references runs (number)
) strict, without rowid;
create index locks_by_run on locks (run);

create table run_functions (
  function text not null,
  run integer not null references runs (number),
  primary key (function, run)
) strict, without rowid;
create index run_functions_by_run on run_functions (run);
)sql";

/// Servers with leases, and the calls they share. A term that is over has no row.
constexpr char const* version_2 = R"sql(
alter table runs add column owner_incarnation integer not null default 0;
alter table runs add column rolling_back integer not null default 0;
create index runs_by_owner on runs (owner_incarnation) where ended is null;

create table nodes (
  incarnation integer primary key autoincrement,
  node text not null unique,
  lease_until integer not null
) strict;

create table call_tokens (
  account_region text primary key,
  second integer not null,
  shared_used integer not null,
  reserve_used integer not null
) strict, without rowid;
)sql";

/// What a server keeps besides runs.
constexpr char const* version_3 = R"sql(
create table records (
  kind text not null,
  id text not null,
  body text not null,
  version integer not null,
  expires integer,
  primary key (kind, id)
) strict, without rowid;
create index records_by_expiry on records (expires) where expires is not null;
)sql";

constexpr std::array all = {Migration{1, version_1}, Migration{2, version_2},
                            Migration{3, version_3}};

Result<void> refuse_foreign(Database& database, std::int64_t version) {
  auto id = database.integer("pragma application_id");
  if (!id) return std::unexpected(id.error());
  auto tables = database.integer("select count(*) from sqlite_schema");
  if (!tables) return std::unexpected(tables.error());
  bool is_new = version == 0 && *id == 0 && *tables == 0;
  if (is_new || *id == application_id) return {};
  return fail(ErrorCode::invalid_input, "the database in the store's folder is another program's",
              "give the store a folder of its own");
}

Result<void> apply(Database& database, Migration const& step) {
  return database.transaction([&]() -> Result<void> {
    if (auto done = database.script(step.statements); !done) {
      return fail(done.error(), fmt::format("migrate the store to schema {}", step.version));
    }
    return database.script(fmt::format("pragma application_id = {}; pragma user_version = {}",
                                       application_id, step.version));
  });
}

}  // namespace

std::span<Migration const> migrations() { return all; }

Result<void> check_schema(Database& database, std::span<Migration const> steps) {
  auto version = database.integer("pragma user_version");
  if (!version) return std::unexpected(version.error());
  if (auto ours = refuse_foreign(database, *version); !ours) return ours;
  auto last = steps.back().version;
  if (*version <= last) return {};
  return fail(
      ErrorCode::invalid_input,
      fmt::format("the store has schema {}, this program knows schemas up to {}", *version, last),
      "a newer release of Sluice wrote it: use that release, or another store");
}

Result<void> migrate(Database& database, std::span<Migration const> steps) {
  auto version = database.integer("pragma user_version");
  if (!version) return std::unexpected(version.error());
  for (auto const& step : steps) {
    if (step.version <= *version) continue;
    if (auto done = apply(database, step); !done) return done;
  }
  return {};
}

Result<bool> was_closed_cleanly(Database& database) {
  auto value = database.integer("select value from meta where key = 'clean'");
  if (!value) return std::unexpected(value.error());
  return *value == 1;
}

Result<void> mark_clean(Database& database, bool clean) {
  return database.transaction([&] {
    return database.execute("update meta set value = ? where key = 'clean'",
                            {std::string_view(clean ? "1" : "0")});
  });
}

}  // namespace sluice::store
