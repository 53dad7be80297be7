#include "store/postgres_leases.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/strings.hpp"
#include "store/postgres_rows.hpp"
#include "store/rules.hpp"

namespace sluice::store::pg {
namespace {

using Text = std::string_view;

/// The clock at the moment, and not of the transaction's begin: one that waited for a row must not
/// judge a lease by the time before.
Result<Time> database_time(PgConnection& connection) {
  Time now{};
  auto read = connection.query("select floor(extract(epoch from clock_timestamp()) * 1000)::bigint",
                               {}, [&](PgRow const& row) -> Result<void> {
                                 now = from_millis(row.integer(0));
                                 return {};
                               });
  if (!read) return std::unexpected(read.error());
  return now;
}

Result<bool> is_held(PgConnection& connection, std::int64_t incarnation, Time at) {
  bool held = false;
  PgValue const values[] = {incarnation, to_millis(at)};
  auto read =
      connection.query("select 1 from sluice.nodes where incarnation = $1 and lease_until > $2",
                       values, [&](PgRow const&) -> Result<void> {
                         held = true;
                         return {};
                       });
  if (!read) return std::unexpected(read.error());
  return held;
}

Result<void> require_lease(PgConnection& connection, Membership const& member, Time at) {
  auto held = is_held(connection, member.incarnation, at);
  if (!held) return std::unexpected(held.error());
  if (*held) return {};
  return std::unexpected(term_is_over(member));
}

/// "{1,2}", a literal for bigint[].
std::string literal(std::vector<std::string> const& numbers) {
  return "{" + sluice::join(numbers, ",") + "}";
}

/// The owners of unended runs who have no lease. The recursion steps from one owner to the next
/// along runs_by_owner, so that its cost grows with the number of owners and not with that of runs.
Result<std::vector<std::string>> owners_without_lease(PgConnection& connection, Time at) {
  std::vector<std::string> owners;
  PgValue const values[] = {to_millis(at)};
  auto read = connection.query(
      "with recursive owners (incarnation) as ("
      " (select min(owner_incarnation) from sluice.runs where ended is null)"
      " union all"
      " select (select min(owner_incarnation) from sluice.runs"
      "  where ended is null and owner_incarnation > owners.incarnation)"
      " from owners where owners.incarnation is not null)"
      " select incarnation from owners where incarnation is not null and not exists ("
      "  select 1 from sluice.nodes"
      "  where nodes.incarnation = owners.incarnation and lease_until > $1)",
      values, [&](PgRow const& row) -> Result<void> {
        owners.push_back(row.text(0));
        return {};
      });
  if (!read) return std::unexpected(read.error());
  return owners;
}

/// Locks the runs it answers with. Those that another server is claiming are skipped; one that was
/// claimed since the statement began is looked at again by the server and left out, for its owner
/// is another then.
Result<std::vector<Stored>> lock_free_runs(PgConnection& connection,
                                           std::vector<std::string> const& owners,
                                           std::size_t limit) {
  auto list = literal(owners);
  PgValue const values[] = {Text(list), std::int64_t{rollback_head_start.count()},
                            static_cast<std::int64_t>(std::min(limit, most_claimed_runs))};
  return select(connection,
                "where ended is null and owner_incarnation = any ($1::bigint[])"
                " order by coalesce(next_due, updated)"
                " - case when rolling_back then $2::bigint else 0 end, number"
                " limit $3 for update skip locked",
                values);
}

}  // namespace

Result<Membership> join(PgConnection& connection, std::string const& node, Duration ttl) {
  auto now = database_time(connection);
  if (!now) return std::unexpected(now.error());
  auto done = connection.execute("delete from sluice.nodes where lease_until <= $1 and node <> $2",
                                 {to_millis(*now), Text(node)});
  if (!done) return std::unexpected(done.error());
  Membership member{node, 0};
  // The row of a former term gets a new incarnation, which ends that term.
  PgValue const values[] = {Text(node), to_millis(*now + ttl)};
  auto made = connection.query(
      "insert into sluice.nodes (node, lease_until) values ($1, $2)"
      " on conflict (node) do update set incarnation = default, lease_until = excluded.lease_until"
      " returning incarnation",
      values, [&](PgRow const& row) -> Result<void> {
        member.incarnation = row.integer(0);
        return {};
      });
  if (!made) return std::unexpected(made.error());
  return member;
}

Result<Time> renew(PgConnection& connection, Membership const& member, Duration ttl) {
  auto now = database_time(connection);
  if (!now) return std::unexpected(now.error());
  bool renewed = false;
  PgValue const values[] = {to_millis(*now + ttl), member.incarnation, to_millis(*now)};
  auto done = connection.query(
      "update sluice.nodes set lease_until = $1 where incarnation = $2 and lease_until > $3"
      " returning 1",
      values, [&](PgRow const&) -> Result<void> {
        renewed = true;
        return {};
      });
  if (!done) return std::unexpected(done.error());
  if (!renewed) return std::unexpected(term_is_over(member));
  return *now;
}

Result<std::vector<Membership>> members(PgConnection& connection) {
  auto now = database_time(connection);
  if (!now) return std::unexpected(now.error());
  std::vector<Membership> all;
  PgValue const values[] = {to_millis(*now)};
  auto read = connection.query(
      "select node, incarnation from sluice.nodes where lease_until > $1 order by incarnation",
      values, [&](PgRow const& row) -> Result<void> {
        all.push_back({row.text(0), row.integer(1)});
        return {};
      });
  if (!read) return std::unexpected(read.error());
  return all;
}

Result<void> leave(PgConnection& connection, Membership const& member, Time now) {
  ENSURE(member.incarnation > 0);  // 0 stands for runs that are held without a lease
  auto done = connection.execute(
      "update sluice.runs set owner = '', owner_incarnation = 0, updated = $1"
      " where ended is null and owner_incarnation = $2",
      {to_millis(now), member.incarnation});
  if (!done) return done;
  return connection.execute("delete from sluice.nodes where incarnation = $1",
                            {member.incarnation});
}

Result<std::vector<RunRow>> claim_free(PgConnection& connection, Membership const& member,
                                       std::size_t limit, Time now) {
  auto at = database_time(connection);
  if (!at) return std::unexpected(at.error());
  if (auto held = require_lease(connection, member, *at); !held) {
    return std::unexpected(held.error());
  }
  auto owners = owners_without_lease(connection, *at);
  if (!owners) return std::unexpected(owners.error());
  if (owners->empty()) return {};
  auto chosen = lock_free_runs(connection, *owners, limit);
  if (!chosen) return std::unexpected(chosen.error());
  if (chosen->empty()) return {};
  std::vector<std::string> numbers;
  std::vector<RunRow> taken;
  for (auto& stored : *chosen) {
    numbers.push_back(std::to_string(stored.number));
    taken.push_back(claimed(std::move(stored.row), member, now));
  }
  auto list = literal(numbers);
  auto done = connection.execute(
      "update sluice.runs set epoch = epoch + 1, owner = $1, owner_incarnation = $2, updated = $3"
      " where number = any ($4::bigint[])",
      {Text(member.node), member.incarnation, to_millis(now), Text(list)});
  if (!done) return std::unexpected(done.error());
  return taken;
}

Result<RunRow> claim_one(PgConnection& connection, Membership const& member, std::string const& run,
                         Time now) {
  auto stored = require(connection, run);
  if (!stored) return std::unexpected(stored.error());
  // Asked after the row is ours, for the wait for it may have outlasted a lease.
  auto at = database_time(connection);
  if (!at) return std::unexpected(at.error());
  if (auto held = require_lease(connection, member, *at); !held) {
    return std::unexpected(held.error());
  }
  auto& row = stored->row;
  if (row.ended) return std::unexpected(run_has_ended(row));
  if (row.owner_incarnation != member.incarnation) {
    auto held = is_held(connection, row.owner_incarnation, *at);
    if (!held) return std::unexpected(held.error());
    if (*held) return std::unexpected(held_elsewhere(row));
  }
  row = claimed(std::move(row), member, now);
  if (auto done = update(connection, *stored, false); !done) return std::unexpected(done.error());
  return std::move(row);
}

Result<TokenSlice> lease_tokens(PgConnection& connection, std::string const& account_region,
                                TokenRates const& rates, TokenLane lane, int want) {
  auto made = connection.execute(
      "insert into sluice.call_tokens values ($1, 0, 0, 0) on conflict do nothing",
      {Text(account_region)});
  if (!made) return std::unexpected(made.error());
  TokenUse use;
  PgValue const values[] = {Text(account_region)};
  auto read = connection.query(
      "select second, shared_used, reserve_used from sluice.call_tokens where account_region = $1"
      " for update",
      values, [&](PgRow const& row) -> Result<void> {
        use = {row.integer(0), static_cast<int>(row.integer(1)), static_cast<int>(row.integer(2))};
        return {};
      });
  if (!read) return std::unexpected(read.error());
  // Asked after the row is ours: the wait for it may have lasted into another second.
  auto now = database_time(connection);
  if (!now) return std::unexpected(now.error());
  auto slice = grant(use, rates, lane, want, *now);
  auto done = connection.execute(
      "update sluice.call_tokens set second = $1, shared_used = $2, reserve_used = $3"
      " where account_region = $4",
      {use.second, std::int64_t{use.shared}, std::int64_t{use.reserve}, Text(account_region)});
  if (!done) return std::unexpected(done.error());
  return slice;
}

}  // namespace sluice::store::pg
