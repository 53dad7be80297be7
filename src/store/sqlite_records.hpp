#pragma once

#include "store/record_rules.hpp"
#include "store/sqlite_database.hpp"

/// Records in SQLite: the contracts of Store. Writes are called inside a transaction.
namespace sluice::store::records {

Result<std::int64_t> put(Database& database, Record const& record, Time now);
Result<void> remove(Database& database, std::string const& kind, std::string const& id,
                    std::int64_t version, Time now);
Result<std::optional<Record>> find(Database& database, std::string const& kind,
                                   std::string const& id, Time now);
Result<std::vector<Record>> all(Database& database, std::string const& kind, Time now);

}  // namespace sluice::store::records
