#pragma once

#include <filesystem>
#include <initializer_list>
#include <unordered_map>

#include "store/sqlite_statement.hpp"

namespace sluice::store {

/// The one connection to a store's file: exclusive, WAL, every commit synced (design E10, H8).
/// After a failure of the disk, or a commit whose outcome is open, it is `broken`: the kernel may
/// have dropped what it could not write, so a later success on it would prove nothing (H7). The
/// owner closes it and opens another.
class Database {
 public:
  /// Opens an existing file and asserts every setting that durability hangs on. ErrorCode::conflict
  /// where another connection holds it. `admit` is asked before anything is changed in the file;
  /// its error refuses the file.
  static Result<Database> open(std::filesystem::path const& file,
                               std::function<Result<void>(Database&)> const& admit = nullptr);

  Result<void> execute(std::string_view sql, std::initializer_list<Bound> values = {});
  Result<void> query(std::string_view sql, std::span<Bound const> values,
                     std::function<Result<void>(Row const&)> const& each);
  /// Several statements without values, for schemas.
  Result<void> script(std::string const& sql);
  /// The first column of the only row; 0 where there is none.
  Result<std::int64_t> integer(std::string_view sql);
  /// Whether every page holds together; ErrorCode::corrupt names what was found.
  Result<void> check_quickly();

  /// Runs `work`, which returns a Result, in one writing transaction. Its error rolls back.
  template <class Work>
  auto transaction(Work&& work) -> decltype(work()) {
    if (auto begun = execute("begin immediate"); !begun) return std::unexpected(begun.error());
    auto outcome = work();
    if (!outcome) {
      roll_back();
      return outcome;
    }
    if (auto committed = commit(); !committed) return std::unexpected(committed.error());
    return outcome;
  }

  bool broken() const { return broken_; }

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };

  explicit Database(sqlite3* connection) : connection_(connection) {}
  Result<void> apply(std::string_view name, std::string_view value);
  Result<void> commit();
  void roll_back();
  void mark_broken();
  Result<void> noted(Result<void> outcome);

  std::unique_ptr<sqlite3, Close> connection_;
  /// Bounded by the number of statements in the sources.
  std::unordered_map<std::string, Statement> statements_;
  bool broken_ = false;
};

}  // namespace sluice::store
