#pragma once

#include <filesystem>

#include "store/file_system.hpp"

namespace sluice::store {

/// A folder of its own for one package that is being written, deleted with everything in it. It is
/// locked while it lives: one without a lock was left by a process that died.
class Workshop {
 public:
  /// In `folder`, which is made where it is missing and tidied up.
  static Result<Workshop> open(std::filesystem::path const& folder);

  Workshop(Workshop&&) noexcept = default;
  Workshop& operator=(Workshop&&) = delete;
  ~Workshop();

  std::filesystem::path file() const { return path_ / "package.zip"; }

 private:
  Workshop(std::filesystem::path path, Descriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  Descriptor lock_;
};

/// The name under which a folder of packages keeps the one with that SHA-256 (32 bytes).
std::filesystem::path package_place(std::filesystem::path const& folder, std::string const& raw);

/// Moves a file, durably and at once, to where the folder keeps the package with that SHA-256.
/// Where it is there already nothing happens. `written` is the open file.
Result<void> keep_package(Descriptor const& written, std::filesystem::path const& file,
                          std::filesystem::path const& folder, std::string const& raw,
                          std::int64_t size);

}  // namespace sluice::store
