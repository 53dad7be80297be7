#pragma once

#include "store/sqlite_database.hpp"
#include "store/store.hpp"

/// The rows of the schema as the types of store.hpp. Everything here is called inside a transaction
/// where several calls must agree.
namespace sluice::store::rows {

/// A run as it is stored, with the number its other rows refer to.
struct Stored {
  std::int64_t number = 0;
  RunRow row;
};

Result<std::optional<Stored>> find(Database& database, std::string const& id);
/// As find; not_found where there is none.
Result<Stored> require(Database& database, std::string const& id);
/// The runs that `rest` names, all that follows "from runs".
Result<std::vector<Stored>> select(Database& database, std::string_view rest,
                                   std::span<Bound const> values);
Result<std::vector<RunRow>> list(Database& database, RunFilter const& filter);

/// Returns the new row's number.
Result<std::int64_t> insert(Database& database, RunRow const& row);
Result<void> update(Database& database, Stored const& stored);
Result<json::Value> plan(Database& database, std::string const& digest);
/// Keeps a plan that is stored already; not_found for a null plan that is not.
Result<void> insert_plan(Database& database, NewRun const& run);
/// Events are written under `epoch`, whatever they say themselves.
Result<void> insert_events(Database& database, std::int64_t number, std::int64_t epoch,
                           std::vector<EventRow> const& events);
Result<void> replace_functions(Database& database, std::int64_t number, json::Value const& summary);

/// The first of `locks` that a run other than these two holds.
Result<std::optional<Busy>> busy(Database& database, std::vector<std::string> const& locks,
                                 std::string const& run, std::string const& ending);
Result<void> take_locks(Database& database, std::int64_t number,
                        std::vector<std::string> const& locks);
Result<void> drop_locks(Database& database, std::int64_t number,
                        std::vector<std::string> const& locks);
Result<void> drop_all_locks(Database& database, std::int64_t number);
Result<std::vector<LockRow>> locks(Database& database);

Result<std::vector<EventRow>> events(Database& database, std::int64_t number, std::int64_t after,
                                     std::size_t limit);

}  // namespace sluice::store::rows
