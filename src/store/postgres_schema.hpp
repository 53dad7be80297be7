#pragma once

#include "store/postgres_connection.hpp"
#include "store/schema.hpp"

namespace sluice::store {

/// The forward steps of the schema in PostgreSQL, version 1 first, without gaps. Numbered apart
/// from those of SQLite; tests/data/store keeps a database of every version as SQL text.
std::span<Migration const> postgres_migrations();

/// Makes the schema "sluice", or brings it to the last of `steps`, each step in a commit of its
/// own. Servers that start at the same time wait for each other. invalid_input for a newer schema
/// and for one of that name that another program made; denied where the user may not make it.
Result<void> migrate_postgres(PgConnection& connection, std::span<Migration const> steps);

/// Whether the schema is exactly the last of `steps`: asked on every new connection, for another
/// server may have brought it further meanwhile.
Result<void> check_postgres_schema(PgConnection& connection, std::span<Migration const> steps);

}  // namespace sluice::store
