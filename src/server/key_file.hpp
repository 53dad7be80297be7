#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "base/result.hpp"

/// Files with 32 random bytes in hex that a server must not lose: mode 0600, in its state folder.
namespace sluice::server {

/// None where there is no such file. `hint` says what its loss means and what to do.
Result<std::optional<std::string>> read_key_file(std::filesystem::path const& file,
                                                 std::string const& hint);
/// On the disk when it returns, whole: what is made with it outlives the machine's next crash.
Result<void> write_key_file(std::filesystem::path const& file, std::string const& key);
/// What it holds; where there is none it is made first.
Result<std::string> key_file(std::filesystem::path const& file, Random& random,
                             std::string const& hint);

}  // namespace sluice::server
