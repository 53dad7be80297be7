#pragma once

#include "store/postgres_connection.hpp"
#include "store/store.hpp"

/// The rows of the schema in PostgreSQL as the types of store.hpp. Everything here is called inside
/// a transaction. It is sqlite_rows.hpp once more, besides what other servers may do meanwhile.
namespace sluice::store::pg {

struct Stored {
  std::int64_t number = 0;
  RunRow row;
};

/// With `lock`, other servers cannot change the run until the transaction ends.
Result<std::optional<Stored>> find(PgConnection& connection, std::string const& id, bool lock);
/// As find with the lock; not_found where there is none.
Result<Stored> require(PgConnection& connection, std::string const& id);
/// The runs that `rest` names, all that follows "from sluice.runs".
Result<std::vector<Stored>> select(PgConnection& connection, std::string_view rest,
                                   std::span<PgValue const> values);
Result<std::vector<RunRow>> list(PgConnection& connection, RunFilter const& filter);

/// Returns the new row's number.
Result<std::int64_t> insert(PgConnection& connection, RunRow const& row);
Result<void> update(PgConnection& connection, Stored const& stored, bool with_summary);
Result<json::Value> plan(PgConnection& connection, std::string const& digest);
Result<void> insert_plan(PgConnection& connection, NewRun const& run);
Result<void> insert_events(PgConnection& connection, std::int64_t number, std::int64_t epoch,
                           std::vector<EventRow> const& events);
Result<void> replace_functions(PgConnection& connection, std::int64_t number,
                               json::Value const& summary);

/// The first of `locks` that a run other than these two holds, as it was committed.
Result<std::optional<Busy>> busy(PgConnection& connection, std::vector<std::string> const& locks,
                                 std::string const& run, std::string const& ending);
/// Takes them, and waits for servers that are taking the same. Busy where one of those was first:
/// the transaction has to be rolled back then.
Result<std::optional<Busy>> take_locks(PgConnection& connection, Stored const& stored,
                                       std::vector<std::string> const& locks);
Result<void> drop_locks(PgConnection& connection, std::int64_t number,
                        std::vector<std::string> const& locks);
Result<void> drop_all_locks(PgConnection& connection, std::int64_t number);
Result<std::vector<LockRow>> locks(PgConnection& connection);

Result<std::vector<EventRow>> events(PgConnection& connection, std::int64_t number,
                                     std::int64_t after, std::size_t limit);

}  // namespace sluice::store::pg
