#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace sluice::store {

/// What a failed system call said, with the path: "create /x: Permission denied".
Error system_error(std::string_view doing, std::filesystem::path const& path, int error);

/// A folder that only its owner can use. Made (0700, parents too) where it is missing; refused
/// where it is no folder, belongs to another user, or others may write to it: they could swap the
/// files.
Result<void> make_private_folder(std::filesystem::path const& folder);

/// Makes an empty file (0600) where there is none and takes the rights of others away where there
/// is one. Never opens an existing file: closing it again would drop the locks that this process
/// holds on it through another descriptor (fcntl).
Result<void> make_private_file(std::filesystem::path const& file);

/// Makes the names in a folder durable.
Result<void> sync_folder(std::filesystem::path const& folder);

/// The name of a file system whose locks and syncs cannot be trusted, by the magic number that
/// statfs reports; none for the others.
std::optional<std::string_view> network_file_system(unsigned long magic);
/// ErrorCode::invalid_input where the folder lies on such a one.
Result<void> refuse_network_file_system(std::filesystem::path const& folder);

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  int release();

 private:
  int number_;
};

/// Writes everything, through interruptions and short writes.
Result<void> write_all(int descriptor, std::string_view bytes, std::filesystem::path const& path);

/// Replaces a file's content so that a reader sees the old or the new one, whole: a temporary file
/// beside it, then renamed. Mode 0600. For what a running process says of itself: nothing is
/// synced, because after a crash of the machine that process is gone, and every start would wait
/// for the disk.
Result<void> replace_file(std::filesystem::path const& file, std::string_view content);

}  // namespace sluice::store
