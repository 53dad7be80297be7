#pragma once

#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

struct pg_conn;

namespace sluice::store {

/// Where a PostgreSQL store is, as libpq takes it.
struct PostgresAddress {
  std::vector<std::pair<std::string, Secret>> parameters;  ///< keyword and value
  std::string shown;                                       ///< without password and parameters
};

/// Reads "postgres://" and "postgresql://". invalid_input for anything else and for a parameter
/// that could change what a session does: allowed are where the server is, who asks, TLS and
/// time-outs. No error repeats the text, for it may hold a password.
Result<PostgresAddress> parse_postgres(std::string const& uri);

/// What libpq makes of it: a connection, good or bad, that the caller finishes. Waits for the
/// server.
pg_conn* connect_to(PostgresAddress const& address);

}  // namespace sluice::store
