#include "store/shared_packages.hpp"

#include <fcntl.h>
#include <fmt/core.h>

#include <cerrno>
#include <mutex>
#include <set>

#include "base/guarded.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "store/postgres_connection.hpp"
#include "store/rules.hpp"
#include "store/workshop.hpp"

namespace sluice::store {
namespace {

/// A statement that moves one stays far below the limits of a short transaction.
constexpr std::size_t piece = 1 << 20;
constexpr std::size_t most_remembered = 10'000;
/// How often a piece is sent again after the connection was lost.
constexpr int most_attempts = 3;

using Text = std::string_view;

/// The connection of one transfer. Every piece is a transaction of its own.
class Transfer {
 public:
  static Result<Transfer> open(PostgresAddress const& address, Duration patience) {
    auto connection = PgConnection::open(address, patience);
    if (!connection) return std::unexpected(connection.error());
    return Transfer(address, patience, std::move(*connection));
  }

  /// Writing and reading a piece can be repeated without harm.
  Result<void> transact(std::function<Result<void>(PgConnection&)> const& use) {
    Result<void> outcome;
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
      outcome = attempt_once(use);
      if (outcome || outcome.error().code != ErrorCode::unavailable) return outcome;
      auto anew = PgConnection::open(*address_, patience_);
      if (!anew) return std::unexpected(anew.error());
      connection_ = std::move(*anew);
    }
    return outcome;
  }

  /// The size of a package that is there, whole.
  Result<std::optional<std::int64_t>> size_of(std::string const& sha256) {
    std::optional<std::int64_t> size;
    auto read = transact([&](PgConnection& connection) {
      PgValue const values[] = {Text(sha256)};
      return connection.query("select size from sluice.packages where sha256 = $1", values,
                              [&](PgRow const& row) -> Result<void> {
                                size = row.integer(0);
                                return {};
                              });
    });
    if (!read) return std::unexpected(read.error());
    return size;
  }

  Result<void> write_piece(std::string const& sha256, std::int64_t number, Text bytes) {
    std::string const text = base64(bytes);
    return transact([&](PgConnection& connection) {
      return connection.execute(
          "insert into sluice.package_pieces (sha256, number, bytes)"
          " values ($1, $2, decode($3, 'base64')) on conflict do nothing",
          {Text(sha256), number, Text(text)});
    });
  }

  Result<std::string> read_piece(std::string const& sha256, std::int64_t number) {
    std::optional<std::string> bytes;
    auto read = transact([&](PgConnection& connection) {
      PgValue const values[] = {Text(sha256), number};
      return connection.query(
          "select translate(encode(bytes, 'base64'), E'\\n', '') from sluice.package_pieces"
          " where sha256 = $1 and number = $2",
          values, [&](PgRow const& row) -> Result<void> {
            auto decoded = decode_base64(row.text(0));
            if (!decoded) return std::unexpected(decoded.error());
            bytes = std::move(*decoded);
            return {};
          });
    });
    if (!read) return std::unexpected(read.error());
    if (bytes) return std::move(*bytes);
    return fail(ErrorCode::corrupt,
                fmt::format("the shared store lost piece {} of package {}", number, sha256),
                "Send the package again, as a new release of it does.");
  }

 private:
  Transfer(PostgresAddress const& address, Duration patience, PgConnection connection)
      : address_(&address), patience_(patience), connection_(std::move(connection)) {}

  Result<void> attempt_once(std::function<Result<void>(PgConnection&)> const& use) {
    if (auto begun = connection_.begin(); !begun) return begun;
    if (auto done = use(connection_); !done) {
      connection_.roll_back();
      return done;
    }
    return connection_.commit();
  }

  PostgresAddress const* address_;
  Duration patience_;
  PgConnection connection_;
};

class SharedPackages final : public Packages {
 public:
  SharedPackages(PostgresAddress address, std::filesystem::path folder, Clock& clock,
                 Duration patience)
      : address_(std::move(address)),
        folder_(std::move(folder)),
        clock_(clock),
        patience_(patience),
        copies_(open_packages(folder_)) {}

  Result<StoredPackage> add_zip(std::filesystem::path const& zip) override {
    return shared(copies_->add_zip(zip));
  }
  Result<StoredPackage> add_folder(std::filesystem::path const& folder) override {
    return shared(copies_->add_folder(folder));
  }
  Result<StoredPackage> add_body(net::BodySource const& body, std::string const& sha256) override {
    return shared(copies_->add_body(body, sha256));
  }
  Result<StoredPackage> add_bytes(std::string_view bytes) override {
    return shared(copies_->add_bytes(bytes));
  }

  Result<std::shared_ptr<net::BodySource const>> open(std::string const& sha256) override {
    auto copy = copies_->open(sha256);
    if (!copy && copy.error().code != ErrorCode::not_found) return copy;
    if (!copy) {
      if (auto fetched = fetch(sha256); !fetched) return std::unexpected(fetched.error());
      return copies_->open(sha256);
    }
    // A step that has its bytes does not fail because the others do not have them yet.
    if (auto known = share(sha256); !known)
      log::warning("package_not_shared", {{"package", sha256}, {"reason", known.error().message}});
    return copy;
  }

 private:
  bool is_known(std::string const& sha256) {
    return known_.with([&](auto& known) { return known.contains(sha256); });
  }

  void remember(std::string const& sha256) {
    known_.with([&](auto& known) {
      if (known.size() >= most_remembered) known.clear();
      known.insert(sha256);
    });
  }

  Result<StoredPackage> shared(Result<StoredPackage> stored) {
    if (!stored) return stored;
    auto done = share(stored->sha256);
    if (!done) return fail(done.error(), "share the package with the other servers");
    return stored;
  }

  Result<void> share(std::string const& sha256) {
    if (is_known(sha256)) return {};
    auto transfer = Transfer::open(address_, patience_);
    if (!transfer) return std::unexpected(transfer.error());
    auto there = transfer->size_of(sha256);
    if (!there) return std::unexpected(there.error());
    if (!*there) {
      auto copy = copies_->open(sha256);
      if (!copy) return std::unexpected(copy.error());
      if (auto sent = send(*transfer, sha256, **copy); !sent) return sent;
    }
    remember(sha256);
    return {};
  }

  /// Its row comes last: a package that was sent halfway is sent again, over what is there.
  Result<void> send(Transfer& transfer, std::string const& sha256, net::BodySource const& body) {
    std::vector<char> buffer(piece);
    std::uint64_t offset = 0;
    for (std::int64_t number = 0; offset < body.size(); ++number) {
      std::size_t filled = 0;
      while (filled < buffer.size()) {
        auto got = body.read(offset + filled, std::span(buffer).subspan(filled));
        if (!got) return std::unexpected(got.error());
        if (*got == 0) break;
        filled += *got;
      }
      auto written = transfer.write_piece(sha256, number, Text(buffer.data(), filled));
      if (!written) return written;
      offset += filled;
      if (filled < buffer.size()) break;
    }
    return transfer.transact([&](PgConnection& connection) {
      return connection.execute(
          "insert into sluice.packages (sha256, size, stored) values ($1, $2, $3)"
          " on conflict do nothing",
          {Text(sha256), static_cast<std::int64_t>(offset), to_millis(clock_.now())});
    });
  }

  /// Makes the copy of what another server was given.
  Result<void> fetch(std::string const& sha256) {
    // Many runs of one package are taken over together; one at a time fetches.
    std::lock_guard alone(fetching_);
    if (copies_->open(sha256)) return {};
    auto transfer = Transfer::open(address_, patience_);
    if (!transfer) return fail(transfer.error(), "fetch a package from the shared store");
    auto size = transfer->size_of(sha256);
    if (!size) return std::unexpected(size.error());
    if (!*size) return std::unexpected(unknown_package(sha256));
    auto workshop = Workshop::open(folder_);
    if (!workshop) return std::unexpected(workshop.error());
    auto file = workshop->file();
    Descriptor copy(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!copy) return std::unexpected(system_error("create", file, errno));
    Sha256 hash;
    std::int64_t written = 0;
    for (std::int64_t number = 0; written < **size; ++number) {
      auto bytes = transfer->read_piece(sha256, number);
      if (!bytes) return std::unexpected(bytes.error());
      if (bytes->empty()) break;
      hash.update(*bytes);
      written += static_cast<std::int64_t>(bytes->size());
      if (auto done = write_all(copy.get(), *bytes, file); !done) return done;
    }
    auto raw = hash.finish();
    if (base64(raw) != sha256)
      return fail(ErrorCode::corrupt,
                  fmt::format("the shared store holds other bytes than package {}", sha256),
                  "Another program wrote to its tables, or the database is damaged.");
    if (auto kept = keep_package(copy, file, folder_, raw, written); !kept) return kept;
    remember(sha256);
    return {};
  }

  PostgresAddress const address_;
  std::filesystem::path const folder_;
  Clock& clock_;
  Duration const patience_;
  std::unique_ptr<Packages> copies_;
  Guarded<std::set<std::string>> known_;  ///< to be in the store; bounded
  std::mutex fetching_;
};

}  // namespace

Result<std::unique_ptr<Packages>> open_shared_packages(std::string const& uri,
                                                       std::filesystem::path folder, Clock& clock,
                                                       Duration patience) {
  auto address = parse_postgres(uri);
  if (!address) return std::unexpected(address.error());
  return std::make_unique<SharedPackages>(std::move(*address), std::move(folder), clock, patience);
}

}  // namespace sluice::store
