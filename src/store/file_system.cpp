#include "store/file_system.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sluice::store {
namespace {

struct NetworkFileSystem {
  unsigned long magic;
  std::string_view name;
};

/// The numbers of linux/magic.h and of the file systems that are not in it.
constexpr std::array network_file_systems = {
    NetworkFileSystem{0x6969, "NFS"},        NetworkFileSystem{0x517B, "SMB"},
    NetworkFileSystem{0xFF534D42, "CIFS"},   NetworkFileSystem{0xFE534D42, "SMB2"},
    NetworkFileSystem{0x5346414F, "AFS"},    NetworkFileSystem{0x6B414653, "AFS"},
    NetworkFileSystem{0x73757245, "Coda"},   NetworkFileSystem{0x564C, "NCP"},
    NetworkFileSystem{0x01021997, "9P"},     NetworkFileSystem{0x00C36400, "Ceph"},
    NetworkFileSystem{0x0BD00BD0, "Lustre"}, NetworkFileSystem{0x47504653, "GPFS"},
    NetworkFileSystem{0x19830326, "BeeGFS"}, NetworkFileSystem{0x013111A8, "IBRIX"},
};

}  // namespace

Error system_error(std::string_view doing, std::filesystem::path const& path, int error) {
  auto code = error == ENOENT                     ? ErrorCode::not_found
              : error == EACCES || error == EPERM ? ErrorCode::denied
                                                  : ErrorCode::unavailable;
  return {code, fmt::format("{} {}: {}", doing, path.native(), std::strerror(error)), {}};
}

Result<void> make_private_folder(std::filesystem::path const& folder) {
  std::error_code failure;
  auto parent = folder.parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, failure);
  if (failure) return std::unexpected(system_error("create folder", parent, failure.value()));
  if (::mkdir(folder.c_str(), 0700) == 0) {
    return parent.empty() ? Result<void>() : sync_folder(parent);
  }
  if (errno != EEXIST) return std::unexpected(system_error("create folder", folder, errno));
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0) {
    return std::unexpected(system_error("look at", folder, errno));
  }
  if (!S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::invalid_input, fmt::format("{} is not a folder", folder.native()),
                "name a folder for the store");
  }
  if (status.st_uid != ::geteuid()) {
    return fail(ErrorCode::denied, fmt::format("{} belongs to another user", folder.native()),
                "use a store of your own");
  }
  if ((status.st_mode & 022) != 0) {
    return fail(ErrorCode::invalid_input,
                fmt::format("others may write to the store's folder {}", folder.native()),
                fmt::format("take that right away: chmod go-w '{}'", folder.native()));
  }
  return {};
}

Result<void> make_private_file(std::filesystem::path const& file) {
  Descriptor made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (made) return {};
  if (errno != EEXIST) return std::unexpected(system_error("create", file, errno));
  struct stat status{};
  if (::lstat(file.c_str(), &status) != 0) {
    return std::unexpected(system_error("look at", file, errno));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::invalid_input, fmt::format("{} is not a plain file", file.native()),
                "move it away");
  }
  if ((status.st_mode & 077) != 0 && ::chmod(file.c_str(), 0600) != 0) {
    return std::unexpected(system_error("restrict", file, errno));
  }
  return {};
}

Result<void> sync_folder(std::filesystem::path const& folder) {
  Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return std::unexpected(system_error("open", folder, errno));
  if (::fsync(opened.get()) != 0) return std::unexpected(system_error("sync", folder, errno));
  return {};
}

std::optional<std::string_view> network_file_system(unsigned long magic) {
  // The kernel reports 32 bits; on some machines they arrive with their sign extended.
  for (auto const& known : network_file_systems) {
    if (known.magic == (magic & 0xFFFFFFFF)) return known.name;
  }
  return std::nullopt;
}

Result<void> refuse_network_file_system(std::filesystem::path const& folder) {
  struct statfs status{};
  if (::statfs(folder.c_str(), &status) != 0) {
    return std::unexpected(system_error("look at the file system of", folder, errno));
  }
  auto name = network_file_system(static_cast<unsigned long>(status.f_type));
  if (!name) return {};
  return fail(ErrorCode::invalid_input,
              fmt::format("the store's folder {} lies on a network file system ({}), where locks "
                          "and syncs do not hold",
                          folder.native(), *name),
              "put the store on a local disk, or use a PostgreSQL store");
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (number_ >= 0) ::close(number_);
    number_ = other.release();
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

int Descriptor::release() { return std::exchange(number_, -1); }

Result<void> write_all(int descriptor, std::string_view bytes, std::filesystem::path const& path) {
  while (!bytes.empty()) {
    auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return std::unexpected(system_error("write", path, errno));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> replace_file(std::filesystem::path const& file, std::string_view content) {
  auto temporary = file;
  temporary += ".new";
  Descriptor opened(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!opened) return std::unexpected(system_error("create", temporary, errno));
  if (auto written = write_all(opened.get(), content, temporary); !written) return written;
  if (::rename(temporary.c_str(), file.c_str()) != 0) {
    return std::unexpected(system_error("rename to", file, errno));
  }
  return {};
}

}  // namespace sluice::store
