#pragma once

#include "store/postgres_connection.hpp"
#include "store/record_rules.hpp"

/// Records in PostgreSQL: the contracts of Store, each called inside a transaction. They expire by
/// the clock of the server that asks.
namespace sluice::store::pg {

Result<std::int64_t> put_record(PgConnection& connection, Record const& record, Time now);
Result<void> remove_record(PgConnection& connection, std::string const& kind, std::string const& id,
                           std::int64_t version, Time now);
Result<std::optional<Record>> find_record(PgConnection& connection, std::string const& kind,
                                          std::string const& id, Time now);
Result<std::vector<Record>> all_records(PgConnection& connection, std::string const& kind,
                                        Time now);

}  // namespace sluice::store::pg
