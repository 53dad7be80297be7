#include "store/workshop.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/hash.hpp"

namespace sluice::store {
namespace {

void delete_abandoned(std::filesystem::path const& folder) {
  std::error_code ignored;
  for (auto const& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (!entry.path().filename().native().starts_with("incoming-")) continue;
    Descriptor lock(::open(entry.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) continue;
    std::filesystem::remove_all(entry.path(), ignored);
  }
}

}  // namespace

Result<Workshop> Workshop::open(std::filesystem::path const& folder) {
  if (auto ready = make_private_folder(folder); !ready) {
    return fail(ready.error(), "store a package");
  }
  delete_abandoned(folder);
  // Somebody who tidies up may take the folder away before it is locked; then another is made.
  for (int attempt = 0; attempt < 3; ++attempt) {
    auto name = (folder / "incoming-XXXXXX").native();
    if (::mkdtemp(name.data()) == nullptr) {
      return std::unexpected(system_error("create a folder in", folder, errno));
    }
    Descriptor lock(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat status{};
    bool ours = lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0 &&
                ::fstat(lock.get(), &status) == 0 && status.st_nlink > 0;
    if (ours) return Workshop(std::move(name), std::move(lock));
  }
  return fail(ErrorCode::unavailable,
              fmt::format("no folder for a package can be made in {}", folder.native()));
}

Workshop::~Workshop() {
  if (!lock_) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path package_place(std::filesystem::path const& folder, std::string const& raw) {
  return folder / (hex(raw) + ".zip");
}

Result<void> keep_package(Descriptor const& written, std::filesystem::path const& file,
                          std::filesystem::path const& folder, std::string const& raw,
                          std::int64_t size) {
  auto place = package_place(folder, raw);
  std::error_code failure;
  auto present = std::filesystem::file_size(place, failure);
  if (!failure && present == static_cast<std::uintmax_t>(size)) return {};
  if (::fsync(written.get()) != 0) return std::unexpected(system_error("sync", file, errno));
  if (::rename(file.c_str(), place.c_str()) != 0) {
    return std::unexpected(system_error("rename to", place, errno));
  }
  return sync_folder(folder);
}

}  // namespace sluice::store
