#pragma once

#include <filesystem>
#include <string>

#include "local/model/s3_blobs.hpp"

namespace sluice::local {

/// Blobs as files named by their hash. A file appears under its name only when it is complete.
class FileBlobs final : public BlobStore {
 public:
  /// The folder must exist.
  explicit FileBlobs(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Result<std::string> put(std::string_view bytes) override;
  Result<std::string> get(std::string const& name) const override;
  void keep_only(std::set<std::string> const& names) override;
  /// What is there now.
  std::set<std::string> names() const;
  std::filesystem::path path_of(std::string const& name) const { return folder_ / name; }

 private:
  std::filesystem::path folder_;
};

/// Reads a whole file of at most `most` bytes.
Result<std::string> read_file(std::filesystem::path const& path, std::size_t most);

/// Writes beside the file, syncs and renames: after a crash it is the old one or the new one.
/// Readable by this user only.
Result<void> write_file(std::filesystem::path const& path, std::string_view text);

/// Makes sure that one process at a time uses a folder. The operating system drops the lock when
/// the process ends, however it ends.
class FolderLock {
 public:
  FolderLock() = default;
  FolderLock(FolderLock const&) = delete;
  FolderLock& operator=(FolderLock const&) = delete;
  ~FolderLock() { release(); }

  /// ErrorCode::conflict where another process has it.
  Result<void> take(std::filesystem::path const& folder);
  void release();

 private:
  int fd_ = -1;
};

}  // namespace sluice::local
