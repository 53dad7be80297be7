#include "local/endpoint_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/hash.hpp"

namespace sluice::local {
namespace {

constexpr std::size_t max_blob = 512 << 20;

std::unexpected<Error> failed(std::string_view what, std::filesystem::path const& path) {
  return fail(ErrorCode::unavailable,
              "cannot " + std::string(what) + " " + path.string() + ": " + std::strerror(errno),
              "check the free space and the rights of the local endpoint's folder");
}

bool is_blob_name(std::string_view name) {
  return name.size() == 64 && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(File const&) = delete;
  File& operator=(File const&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    auto const written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<std::string> read_file(std::filesystem::path const& path, std::size_t most) {
  File const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) {
    if (errno == ENOENT) return fail(ErrorCode::not_found, "there is no file " + path.string());
    return failed("open", path);
  }
  std::string text;
  while (true) {
    auto const before = text.size();
    constexpr std::size_t block = 1 << 18;
    text.resize(before + block);
    auto const got = ::read(file.fd(), text.data() + before, block);
    if (got < 0 && errno != EINTR) return failed("read", path);
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return text;
    if (text.size() > most)
      return fail(ErrorCode::corrupt, path.string() + " is larger than anything written there");
  }
}

Result<void> write_file(std::filesystem::path const& path, std::string_view text) {
  auto beside = path;
  beside += ".new";
  {
    File const file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (file.fd() < 0) return failed("create", beside);
    if (!write_all(file.fd(), text) || ::fsync(file.fd()) != 0) return failed("write", beside);
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return failed("replace", path);
  return {};
}

Result<void> FolderLock::take(std::filesystem::path const& folder) {
  auto const path = folder / "lock";
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd_ < 0) return failed("create", path);
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return {};
  release();
  return fail(ErrorCode::conflict, "another local endpoint is using the folder " + folder.string(),
              "stop it, or give this one another folder with --state");
}

void FolderLock::release() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<std::string> FileBlobs::put(std::string_view bytes) {
  auto name = hex(sha256(bytes));
  std::error_code ignored;
  if (std::filesystem::exists(path_of(name), ignored)) return name;
  if (auto written = write_file(path_of(name), bytes); !written)
    return std::unexpected(written.error());
  return name;
}

Result<std::string> FileBlobs::get(std::string const& name) const {
  if (!is_blob_name(name)) return fail(ErrorCode::corrupt, "'" + name + "' names no blob");
  return read_file(path_of(name), max_blob);
}

std::set<std::string> FileBlobs::names() const {
  std::set<std::string> found;
  std::error_code problem;
  for (auto const& entry : std::filesystem::directory_iterator(folder_, problem))
    found.insert(entry.path().filename().string());
  return found;
}

void FileBlobs::keep_only(std::set<std::string> const& wanted) {
  std::error_code ignored;
  for (auto const& name : names())
    if (!wanted.contains(name)) std::filesystem::remove(path_of(name), ignored);
}

}  // namespace sluice::local
