#include "server/host_store.hpp"

#include <fstream>
#include <sstream>

#include "base/strings.hpp"
#include "store/postgres.hpp"
#include "store/shared_packages.hpp"

namespace sluice::server {
namespace {

constexpr char const* marker = "shared-store";

Result<void> refuse_own_journal(std::filesystem::path const& folder) {
  std::error_code failure;
  if (!std::filesystem::exists(folder / "sluice.db", failure)) return {};
  return fail(ErrorCode::conflict,
              "the state folder " + folder.string() + " holds a journal of its own",
              "Its runs would be left behind. Name another folder with --state DIR for a server "
              "of a shared store.");
}

Result<void> refuse_servers_folder(std::filesystem::path const& folder) {
  std::ifstream in(folder / marker, std::ios::binary);
  if (!in.is_open()) return {};
  std::ostringstream text;
  text << in.rdbuf();
  return fail(ErrorCode::conflict,
              "the state folder " + folder.string() + " belongs to a server that shares " +
                  printable(trim(text.str())) + " and does not run now",
              "Start it with 'sluice serve --store', or name another folder with --state DIR.");
}

/// An address may hold a password: nothing of it goes into an error.
Result<HostStore> open_shared(HostOptions const& options) {
  std::string const uri(options.store->open());
  if (auto fits = refuse_own_journal(options.state_folder); !fits)
    return std::unexpected(fits.error());
  HostStore opened;
  auto store = store::open_postgres(uri, *options.clock);
  if (!store) return std::unexpected(store.error());
  auto hints = store::open_postgres_hints(uri);
  if (!hints) return std::unexpected(hints.error());
  auto packages =
      store::open_shared_packages(uri, options.state_folder / "packages", *options.clock);
  if (!packages) return std::unexpected(packages.error());
  auto marked =
      store::replace_file(options.state_folder / marker, store::shown_postgres(uri) + "\n");
  if (!marked) return std::unexpected(marked.error());
  opened.store = std::move(*store);
  opened.hints = std::move(*hints);
  opened.packages = std::move(*packages);
  return opened;
}

}  // namespace

Result<HostStore> open_host_store(HostOptions const& options) {
  if (options.store) return open_shared(options);
  if (auto fits = refuse_servers_folder(options.state_folder); !fits)
    return std::unexpected(fits.error());
  auto store = store::open_sqlite(options.state_folder.string(), *options.clock);
  if (!store) return std::unexpected(store.error());
  return HostStore{std::move(*store), packages_of(options.state_folder), nullptr};
}

}  // namespace sluice::server
