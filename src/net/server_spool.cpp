#include "net/server_spool.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace sluice::net {
namespace {

std::unexpected<Error> trouble(std::string_view doing, int error) {
  return fail(ErrorCode::unavailable,
              std::string(doing) + " a body on disk: " + std::strerror(error));
}

}  // namespace

Result<std::shared_ptr<Spool>> Spool::open(std::filesystem::path const& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return trouble("keep", errno);
  auto name = (folder / "upload-XXXXXX").native();
  int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) return trouble("keep", errno);
  ::unlink(name.c_str());
  return std::shared_ptr<Spool>(new Spool(file));
}

Spool::~Spool() { ::close(file_); }

Result<void> Spool::write(std::string_view bytes) {
  while (!bytes.empty()) {
    auto written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return trouble("write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<std::size_t> Spool::read(std::uint64_t offset, std::span<char> out) const {
  for (;;) {
    auto got = ::pread(file_, out.data(), out.size(), static_cast<off_t>(offset));
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return trouble("read", errno);
  }
}

}  // namespace sluice::net
