#pragma once

#include "store/lease_rules.hpp"
#include "store/sqlite_database.hpp"

/// Leases and call tokens in SQLite: the contracts of Store, each called inside a transaction.
namespace sluice::store::leases {

Result<Membership> join(Database& database, std::string const& node, Duration ttl, Time now);
Result<Time> renew(Database& database, Membership const& member, Duration ttl, Time now);
Result<std::vector<Membership>> members(Database& database, Time now);
Result<void> leave(Database& database, Membership const& member, Time now);
Result<std::vector<RunRow>> claim_free(Database& database, Membership const& member,
                                       std::size_t limit, Time now);
Result<RunRow> claim_one(Database& database, Membership const& member, std::string const& run,
                         Time now);
Result<TokenSlice> lease_tokens(Database& database, std::string const& account_region,
                                TokenRates const& rates, TokenLane lane, int want, Time now);

}  // namespace sluice::store::leases
