#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.hpp"
#include "store/postgres_uri.hpp"

struct pg_conn;
struct pg_result;

namespace sluice::store {

/// A value for $1, $2 …
using PgValue = std::variant<std::nullptr_t, std::int64_t, std::string_view>;

/// A row of an answer; columns count from 0. Valid inside the callback only.
class PgRow {
 public:
  PgRow(pg_result const* result, int row) : result_(result), row_(row) {}
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  bool boolean(int column) const;
  std::string text(int column) const;

 private:
  pg_result const* result_;
  int row_;
};

/// One connection to a server that takes writes. After it was lost, or the server stayed silent for
/// longer than `patience`, it is `broken`: the owner makes another. Statements are never prepared
/// by name and no setting outlives its transaction, so that the next transaction may run in another
/// session. Errors:
/// - unavailable: lost, shut down, out of space or connections, a lock or time limit, read-only
/// - denied: rights are missing
/// - invalid_input: a text that PostgreSQL cannot hold
/// - corrupt: the server found damage
/// - internal: everything else, for it would be a wrong statement
class PgConnection {
 public:
  /// unavailable where there is no server, or none that takes writes; invalid_input for one that is
  /// too old.
  static Result<PgConnection> open(PostgresAddress const& address, Duration patience);

  Result<void> execute(std::string_view sql, std::span<PgValue const> values);
  Result<void> execute(std::string_view sql, std::initializer_list<PgValue> values = {});
  Result<void> query(std::string_view sql, std::span<PgValue const> values,
                     std::function<Result<void>(PgRow const&)> const& each);
  /// Several statements without values, in one round trip.
  Result<void> script(std::string const& sql);

  /// With the limits of a short transaction (operability H10) and, for the rare migration, without.
  Result<void> begin();
  Result<void> begin_migration();
  /// An error of a connection that is broken afterwards leaves open whether it was committed.
  Result<void> commit();
  void roll_back();

  bool broken() const { return broken_; }
  /// Of the last error that the server answered with; empty where the connection was lost.
  std::string const& sqlstate() const { return sqlstate_; }

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  struct Clear {
    void operator()(pg_result* result) const;
  };
  using Answer = std::unique_ptr<pg_result, Clear>;

  explicit PgConnection(pg_conn* connection, Duration patience)
      : connection_(connection), patience_(patience) {}
  /// The answer to what was sent: the last one, or the first that is an error.
  Result<Answer> answer(bool sent);
  Result<void> wait_for_data();
  std::unexpected<Error> lost(std::string_view what);
  std::unexpected<Error> refused(pg_result const* result);

  std::unique_ptr<pg_conn, Close> connection_;
  Duration patience_;
  std::string sqlstate_;
  bool broken_ = false;
  /// Whether the server warned since it was last set. On the heap: libpq keeps its address.
  std::unique_ptr<bool> warned_ = std::make_unique<bool>(false);
};

/// What an error of that code means to a caller.
ErrorCode kind_of(std::string_view sqlstate);

}  // namespace sluice::store
