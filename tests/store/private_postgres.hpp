#pragma once

#include <optional>

#include "base/process.hpp"
#include "store/postgres.hpp"
#include "store/postgres_connection.hpp"
#include "temporary_folder.hpp"

namespace sluice::store {

/// A PostgreSQL server of this program alone: in a temporary folder, on a Unix socket in it.
/// Started at its first use and stopped at the program's end. As root it runs as another user, for
/// PostgreSQL refuses to run as root.
class PrivatePostgres {
 public:
  /// Whether a commit waits for the disk, as it does where data matter.
  enum class Commits { fast, durable };

  /// Null where PostgreSQL is not installed: `missing_postgres` says so. The first call decides how
  /// it commits.
  static PrivatePostgres* shared(Commits commits = Commits::fast);

  PrivatePostgres(PrivatePostgres const&) = delete;
  PrivatePostgres& operator=(PrivatePostgres const&) = delete;
  ~PrivatePostgres();

  /// A new, empty database.
  std::string make_database();
  std::string uri(std::string const& database) const;
  void stop();
  void start();

 private:
  PrivatePostgres(std::filesystem::path programs, Commits commits);
  ProcessOptions command(std::string const& program, std::vector<std::string> arguments) const;

  std::filesystem::path programs_;
  Commits commits_;
  TemporaryFolder folder_;
  std::optional<Process> server_;
  int databases_ = 0;
};

constexpr char const* missing_postgres =
    "PostgreSQL is not installed (Debian package postgresql): this test does not run";

/// What an administrator would see and do, beside the store under test.
class Administrator {
 public:
  explicit Administrator(std::string const& uri);
  void run(std::string const& sql);
  /// The first column of the first row; empty where there is none.
  std::string ask(std::string const& sql);
  /// Asks until the answer is not empty.
  std::string wait_for(std::string const& sql);

 private:
  PgConnection connection_;
};

}  // namespace sluice::store
