#include "store/sqlite_statement.hpp"

#include <fmt/core.h>

namespace sluice::store {
namespace {

int bind(sqlite3_stmt* statement, int index, Bound const& value) {
  if (auto const* number = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, index, *number);
  }
  if (auto const* text = std::get_if<std::string_view>(&value)) {
    // A null pointer would bind NULL; an empty text stays a text.
    char const* data = text->data() != nullptr ? text->data() : "";
    return sqlite3_bind_text64(statement, index, data, text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  return sqlite3_bind_null(statement, index);
}

Error of_kind(ErrorCode code, std::string_view what, sqlite3* connection, int rc,
              std::string hint = {}) {
  auto detail = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(rc);
  return {code, fmt::format("{} ({}, SQLite {})", what, detail, rc), std::move(hint)};
}

}  // namespace

bool Row::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Row::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Row::text(int column) const {
  auto const* data = sqlite3_column_text(statement_, column);
  if (data == nullptr) return {};
  return {reinterpret_cast<char const*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Result<Statement> Statement::prepare(sqlite3* connection, std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  int rc = sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()),
                              SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (rc != SQLITE_OK) return std::unexpected(sqlite_error(connection, rc));
  return Statement(raw);
}

Result<void> Statement::run(std::span<Bound const> values,
                            std::function<Result<void>(Row const&)> const& each) {
  auto* statement = statement_.get();
  auto* connection = sqlite3_db_handle(statement);
  Result<void> outcome;
  for (std::size_t i = 0; i < values.size() && outcome; ++i) {
    int rc = bind(statement, static_cast<int>(i) + 1, values[i]);
    if (rc != SQLITE_OK) outcome = std::unexpected(sqlite_error(connection, rc));
  }
  while (outcome) {
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_DONE) break;
    if (rc != SQLITE_ROW) {
      outcome = std::unexpected(sqlite_error(connection, rc));
    } else if (each) {
      outcome = each(Row(statement));
    }
  }
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return outcome;
}

Error sqlite_error(sqlite3* connection, int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return of_kind(ErrorCode::unavailable, "the disk that holds the store is full", connection,
                     code, "free some space; nothing acknowledged is lost");
    case SQLITE_IOERR:
      return of_kind(ErrorCode::unavailable, "the store cannot be read or written", connection,
                     code, "check the disk and the kernel's log");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      return of_kind(ErrorCode::unavailable, "the store cannot be opened for writing", connection,
                     code, "check owner and rights of its folder");
    case SQLITE_NOMEM:
      return of_kind(ErrorCode::unavailable, "not enough memory to use the store", connection,
                     code);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return of_kind(ErrorCode::conflict, "another process holds the store", connection, code,
                     "wait until it ends, or use another store");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return of_kind(ErrorCode::corrupt, "the store's database is damaged", connection, code,
                     "keep the file and restore a backup");
    default:
      return of_kind(ErrorCode::internal, "a statement of the store failed", connection, code);
  }
}

}  // namespace sluice::store
