#pragma once

#include <span>

#include "store/sqlite_database.hpp"

namespace sluice::store {

/// One forward step of the schema: the statements that lead from `version - 1` to `version`. Once
/// released it is never changed; tests/data/store keeps a database of every version as SQL text.
struct Migration {
  int version;
  char const* statements;
};

/// All of them, version 1 first, without gaps.
std::span<Migration const> migrations();

/// Whether `steps` can lead from what the database is: new and empty, or a store of a schema they
/// know. invalid_input for a newer schema and for a database of another program. Changes nothing.
Result<void> check_schema(Database& database, std::span<Migration const> steps);

/// Brings a database that check_schema admits to the last of `steps`, each step in a commit of its
/// own that also writes `PRAGMA user_version`.
Result<void> migrate(Database& database, std::span<Migration const> steps);

/// Whether the process that last had the database closed it. Only for a schema of at least 1.
Result<bool> was_closed_cleanly(Database& database);
Result<void> mark_clean(Database& database, bool clean);

}  // namespace sluice::store
