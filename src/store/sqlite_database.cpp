#include "store/sqlite_database.hpp"

#include <fmt/core.h>

#include <array>

#include "base/strings.hpp"

namespace sluice::store {
namespace {

struct Setting {
  char const* name;
  char const* value;
};

/// What changes nothing in the file. The locking mode comes first: with it the WAL index lives in
/// memory and no second connection can exist, which is what keeps clear of the WAL-reset race of
/// older SQLite versions. A holder that was just killed may need a moment until the kernel has let
/// go of its lock, hence the short wait.
constexpr std::array first_settings = {Setting{"locking_mode", "exclusive"},
                                       Setting{"busy_timeout", "1000"},
                                       Setting{"trusted_schema", "0"}};
constexpr std::array settings = {
    Setting{"journal_mode", "wal"},  Setting{"synchronous", "2"}, Setting{"foreign_keys", "1"},
    Setting{"cell_size_check", "1"}, Setting{"mmap_size", "0"},
};

}  // namespace

Result<Database> Database::open(std::filesystem::path const& file,
                                std::function<Result<void>(Database&)> const& admit) {
  sqlite3* raw = nullptr;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int rc = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  Database database(raw);
  if (rc != SQLITE_OK) return fail(sqlite_error(raw, rc), file.native());
  Result<void> done;
  for (auto const& [name, value] : first_settings) {
    if (done) done = database.apply(name, value);
  }
  if (done && admit) done = admit(database);
  for (auto const& [name, value] : settings) {
    if (done) done = database.apply(name, value);
  }
  if (!done) return fail(done.error(), file.native());
  return database;
}

Result<void> Database::apply(std::string_view name, std::string_view value) {
  if (auto set = script(fmt::format("pragma {} = {}", name, value)); !set) return set;
  std::string actual;
  auto read = query(fmt::format("pragma {}", name), {}, [&](Row const& row) -> Result<void> {
    actual = row.text(0);
    return {};
  });
  if (!read || actual == value) return read;
  // A library built without memory mapping does not know mmap_size and answers with no row.
  if (actual.empty() && name == "mmap_size") return {};
  return fail(ErrorCode::unavailable,
              fmt::format("SQLite refused the setting {} = {}: it stays {}", name, value,
                          actual.empty() ? "unset" : actual),
              "the store needs it to be durable; use a local disk and an unmodified SQLite");
}

Result<void> Database::noted(Result<void> outcome) {
  if (outcome) return outcome;
  auto code = outcome.error().code;
  if (code == ErrorCode::unavailable || code == ErrorCode::corrupt) mark_broken();
  return outcome;
}

Result<void> Database::execute(std::string_view sql, std::initializer_list<Bound> values) {
  return query(sql, std::span(values.begin(), values.size()), nullptr);
}

Result<void> Database::query(std::string_view sql, std::span<Bound const> values,
                             std::function<Result<void>(Row const&)> const& each) {
  auto known = statements_.find(std::string(sql));
  if (known == statements_.end()) {
    auto prepared = Statement::prepare(connection_.get(), sql);
    if (!prepared) return noted(std::unexpected(prepared.error()));
    known = statements_.emplace(std::string(sql), std::move(*prepared)).first;
  }
  return noted(known->second.run(values, each));
}

Result<void> Database::script(std::string const& sql) {
  int rc = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (rc == SQLITE_OK) return {};
  return noted(std::unexpected(sqlite_error(connection_.get(), rc)));
}

Result<std::int64_t> Database::integer(std::string_view sql) {
  std::int64_t value = 0;
  auto read = query(sql, {}, [&](Row const& row) -> Result<void> {
    value = row.integer(0);
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return value;
}

Result<void> Database::check_quickly() {
  std::vector<std::string> findings;
  auto read = query("pragma quick_check(10)", {}, [&](Row const& row) -> Result<void> {
    if (auto text = row.text(0); text != "ok") findings.push_back(std::move(text));
    return {};
  });
  if (!read) return read;
  if (findings.empty()) return {};
  return noted(fail(ErrorCode::corrupt,
                    fmt::format("the store's database is damaged: {}", join(findings, "; ")),
                    "keep the file and restore a backup"));
}

Result<void> Database::commit() {
  auto done = execute("commit");
  if (done) return done;
  roll_back();
  mark_broken();
  return done;
}

void Database::roll_back() {
  // SQLite rolls back by itself after a failure of the disk.
  if (sqlite3_get_autocommit(connection_.get()) != 0) return;
  if (!execute("rollback")) mark_broken();
}

void Database::mark_broken() {
  broken_ = true;
  // Closing must not copy the log into the file: whoever opens it next checks it first.
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

}  // namespace sluice::store
