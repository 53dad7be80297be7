#pragma once

#include <sqlite3.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"

namespace sluice::store {

/// A value for a `?`. Texts must live until the statement has run.
using Bound = std::variant<std::nullptr_t, std::int64_t, std::string_view>;

/// The current row of a query; columns count from 0. Valid inside the callback only.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;

 private:
  sqlite3_stmt* statement_;
};

/// One prepared statement. Must not outlive its connection.
class Statement {
 public:
  static Result<Statement> prepare(sqlite3* connection, std::string_view sql);

  /// Binds, steps to the end and resets, so that no statement keeps a transaction open. `each` sees
  /// every row; an error it returns ends the walk and is passed on.
  Result<void> run(std::span<Bound const> values,
                   std::function<Result<void>(Row const&)> const& each);

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// What went wrong on this connection, in words for a person:
/// - disk full, I/O, rights, memory: unavailable
/// - another connection holds the file: conflict
/// - damage, or no database at all: corrupt
/// - everything else: internal, for it would be a wrong statement
Error sqlite_error(sqlite3* connection, int code);

}  // namespace sluice::store
