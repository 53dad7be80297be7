#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "store/store.hpp"

namespace sluice::store {

/// PostgreSQL 13 or newer, for several servers (design E10, operability H10). `uri` is
/// "postgres://…"; it may name a user, a password, several hosts, a database, and the parameters
/// that postgres_uri.hpp lists. Nothing that this store says or logs holds the password.
///
/// One connection, made anew inside when it was lost, and only to a server that takes writes. Every
/// call is one transaction that sets its own limits and keeps nothing in the session, so that
/// proxies which pool transactions work. A call waits a few seconds at most for a lock, and
/// `patience` for a server that is silent. A connection that is lost while it commits answers
/// unavailable: the write may have happened.
///
/// Leases and tokens are measured by the database's clock; `clock` gives the times of rows, as it
/// does those of events. Tables stand in the schema "sluice", which is made or brought up to date
/// here. Refused: a newer schema or one of another program, an older server, a parameter that is
/// not known (invalid_input), missing rights (denied). corrupt, at any later call: the database
/// lost a write that it had confirmed, as after a fail-over to a replica that lagged behind.
Result<std::unique_ptr<Store>> open_postgres(std::string const& uri, Clock& clock,
                                             Duration patience = std::chrono::seconds(6));

/// "postgres://sluice@db.example:5432/releases": the address without its password and parameters,
/// to be shown. Says so where it cannot be read.
std::string shown_postgres(std::string const& uri);

/// A wake-up for a server that polls: other servers' new, freed and ended runs. Only a hint: one
/// may come without a change, and none is promised (a proxy that pools transactions passes none
/// on). Used from one thread, which need not be the store's.
class ChangeHints {
 public:
  virtual ~ChangeHints() = default;
  /// Waits for a hint, `timeout`, or `stop`. True: look now; also after the connection was lost and
  /// made anew. Without a connection it waits as long and answers false.
  virtual bool wait_for_change(Duration timeout, std::stop_token stop) = 0;
};

/// On a connection of its own, made at the first wait. invalid_input as open_postgres.
Result<std::unique_ptr<ChangeHints>> open_postgres_hints(std::string const& uri);

}  // namespace sluice::store
