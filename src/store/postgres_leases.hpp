#pragma once

#include "store/lease_rules.hpp"
#include "store/postgres_connection.hpp"

/// Leases and call tokens in PostgreSQL: the contracts of Store, each called inside a transaction.
/// Leases and tokens go by the database's clock; `now` is for the rows of runs.
namespace sluice::store::pg {

Result<Membership> join(PgConnection& connection, std::string const& node, Duration ttl);
Result<Time> renew(PgConnection& connection, Membership const& member, Duration ttl);
Result<std::vector<Membership>> members(PgConnection& connection);
Result<void> leave(PgConnection& connection, Membership const& member, Time now);
Result<std::vector<RunRow>> claim_free(PgConnection& connection, Membership const& member,
                                       std::size_t limit, Time now);
Result<RunRow> claim_one(PgConnection& connection, Membership const& member, std::string const& run,
                         Time now);
Result<TokenSlice> lease_tokens(PgConnection& connection, std::string const& account_region,
                                TokenRates const& rates, TokenLane lane, int want);

}  // namespace sluice::store::pg
