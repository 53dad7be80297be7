#include "store/sqlite_leases.hpp"

#include <algorithm>

#include "store/rules.hpp"
#include "store/sqlite_rows.hpp"

namespace sluice::store::leases {
namespace {

/// Whether the lease of that incarnation lasts beyond `now`.
Result<bool> is_held(Database& database, std::int64_t incarnation, Time now) {
  bool found = false;
  Bound const values[] = {incarnation, to_millis(now)};
  auto read = database.query("select 1 from nodes where incarnation = ? and lease_until > ?",
                             values, [&](Row const&) -> Result<void> {
                               found = true;
                               return {};
                             });
  if (!read) return std::unexpected(read.error());
  return found;
}

Result<void> require_lease(Database& database, Membership const& member, Time now) {
  auto held = is_held(database, member.incarnation, now);
  if (!held) return std::unexpected(held.error());
  if (*held) return {};
  return std::unexpected(term_is_over(member));
}

/// The recursion steps from one owner to the next along runs_by_owner, so that its cost grows with
/// the number of owners and not with that of their runs.
constexpr std::string_view free_runs =
    "where ended is null and owner_incarnation in ("
    " with recursive owners (incarnation) as ("
    "  select min(owner_incarnation) from runs where ended is null"
    "  union all"
    "  select (select min(owner_incarnation) from runs"
    "   where ended is null and owner_incarnation > owners.incarnation)"
    "  from owners where owners.incarnation is not null)"
    " select owners.incarnation from owners where owners.incarnation is not null and not exists ("
    "  select 1 from nodes where nodes.incarnation = owners.incarnation and lease_until > ?))"
    " order by coalesce(next_due, updated) - rolling_back * ?, number limit ?";

}  // namespace

Result<Membership> join(Database& database, std::string const& node, Duration ttl, Time now) {
  auto done = database.execute("delete from nodes where node = ? or lease_until <= ?",
                               {std::string_view(node), to_millis(now)});
  if (done) {
    done = database.execute("insert into nodes (node, lease_until) values (?, ?)",
                            {std::string_view(node), to_millis(now + ttl)});
  }
  if (!done) return std::unexpected(done.error());
  auto incarnation = database.integer("select last_insert_rowid()");
  if (!incarnation) return std::unexpected(incarnation.error());
  return Membership{node, *incarnation};
}

Result<Time> renew(Database& database, Membership const& member, Duration ttl, Time now) {
  if (auto held = require_lease(database, member, now); !held) {
    return std::unexpected(held.error());
  }
  auto done = database.execute("update nodes set lease_until = ? where incarnation = ?",
                               {to_millis(now + ttl), member.incarnation});
  if (!done) return std::unexpected(done.error());
  return now;
}

Result<std::vector<Membership>> members(Database& database, Time now) {
  std::vector<Membership> all;
  Bound const values[] = {to_millis(now)};
  auto read = database.query(
      "select node, incarnation from nodes where lease_until > ? order by incarnation", values,
      [&](Row const& row) -> Result<void> {
        all.push_back({row.text(0), row.integer(1)});
        return {};
      });
  if (!read) return std::unexpected(read.error());
  return all;
}

Result<void> leave(Database& database, Membership const& member, Time now) {
  ENSURE(member.incarnation > 0);  // 0 stands for runs that are held without a lease
  auto done = database.execute(
      "update runs set owner = '', owner_incarnation = 0, updated = ?"
      " where ended is null and owner_incarnation = ?",
      {to_millis(now), member.incarnation});
  if (!done) return done;
  return database.execute("delete from nodes where incarnation = ?", {member.incarnation});
}

Result<std::vector<RunRow>> claim_free(Database& database, Membership const& member,
                                       std::size_t limit, Time now) {
  if (auto held = require_lease(database, member, now); !held) {
    return std::unexpected(held.error());
  }
  Bound const values[] = {to_millis(now), std::int64_t{rollback_head_start.count()},
                          static_cast<std::int64_t>(std::min(limit, most_claimed_runs))};
  auto chosen = rows::select(database, free_runs, values);
  if (!chosen) return std::unexpected(chosen.error());
  std::vector<RunRow> taken;
  for (auto& stored : *chosen) {
    stored.row = claimed(std::move(stored.row), member, now);
    if (auto done = rows::update(database, stored); !done) return std::unexpected(done.error());
    taken.push_back(std::move(stored.row));
  }
  return taken;
}

Result<RunRow> claim_one(Database& database, Membership const& member, std::string const& run,
                         Time now) {
  if (auto held = require_lease(database, member, now); !held) {
    return std::unexpected(held.error());
  }
  auto stored = rows::require(database, run);
  if (!stored) return std::unexpected(stored.error());
  auto& row = stored->row;
  if (row.ended) return std::unexpected(run_has_ended(row));
  if (row.owner_incarnation != member.incarnation) {
    auto held = is_held(database, row.owner_incarnation, now);
    if (!held) return std::unexpected(held.error());
    if (*held) return std::unexpected(held_elsewhere(row));
  }
  row = claimed(std::move(row), member, now);
  if (auto done = rows::update(database, *stored); !done) return std::unexpected(done.error());
  return std::move(row);
}

Result<TokenSlice> lease_tokens(Database& database, std::string const& account_region,
                                TokenRates const& rates, TokenLane lane, int want, Time now) {
  TokenUse use;
  Bound const values[] = {std::string_view(account_region)};
  auto read = database.query(
      "select second, shared_used, reserve_used from call_tokens where account_region = ?", values,
      [&](Row const& row) -> Result<void> {
        use = {row.integer(0), static_cast<int>(row.integer(1)), static_cast<int>(row.integer(2))};
        return {};
      });
  if (!read) return std::unexpected(read.error());
  auto slice = grant(use, rates, lane, want, now);
  auto done = database.execute(
      "insert into call_tokens (account_region, second, shared_used, reserve_used)"
      " values (?, ?, ?, ?) on conflict (account_region) do update set second = excluded.second,"
      " shared_used = excluded.shared_used, reserve_used = excluded.reserve_used",
      {std::string_view(account_region), use.second, std::int64_t{use.shared},
       std::int64_t{use.reserve}});
  if (!done) return std::unexpected(done.error());
  return slice;
}

}  // namespace sluice::store::leases
