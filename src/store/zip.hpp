#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace sluice::store {

/// What may go into a package. Lambda's own quotas unless a test says otherwise.
struct ZipLimits {
  std::uint64_t entries;  ///< files, links and empty folders
  std::uint64_t unzipped_bytes;
};
ZipLimits lambda_limits();

/// One entry of a package to be: a file, a link that stays inside, or a folder without anything.
struct FolderEntry {
  enum class Kind { file, link, empty_folder };
  std::string name;  ///< relative, with '/'; a folder's ends with one
  Kind kind = Kind::file;
  bool executable = false;
  std::uint64_t size = 0;
  std::string link_target;
};

/// What of a folder goes into its package: everything that `.sluiceignore` (ignore.hpp) does not
/// leave out, sorted by the bytes of the names. ErrorCode::invalid_input, naming the entry, for a
/// link that leaves the folder, for anything that is no file, folder or link, for a name that is
/// not UTF-8, for a file that cannot be read, for more than the limits, and for a folder without
/// files.
Result<std::vector<FolderEntry>> list_folder(std::filesystem::path const& folder,
                                             ZipLimits const& limits = lambda_limits());

/// Writes the folder's package to a new file. The same names, contents and executable bits give the
/// same bytes on any day, in any time zone, in whatever order and with whatever times the files
/// were made (with the same zlib: its releases may compress differently). Modes are 0755 or 0644.
/// The files are streamed. More than 50 MB is not an error here: whether it can be sent is the
/// caller's question.
Result<void> zip_folder(std::filesystem::path const& folder, std::filesystem::path const& zip,
                        ZipLimits const& limits = lambda_limits());

/// The same bytes in memory, for small packages in tests.
Result<std::string> zip_folder_to_text(std::filesystem::path const& folder,
                                       ZipLimits const& limits = lambda_limits());

struct ZipSummary {
  std::uint64_t entries = 0;
  std::uint64_t unzipped_bytes = 0;
};

/// Reads a package that somebody else made, from its first byte to its last, and unpacks nothing.
/// ErrorCode::invalid_input, in words for who made it, for what Lambda would refuse or nobody
/// should unpack: no zip, a truncated or damaged one, encrypted entries, names that are absolute,
/// hold "..", are not UTF-8 or come twice, links that leave the package, too many entries, too many
/// bytes unzipped, more than 200 times its own size. `shown` names it in messages.
Result<ZipSummary> check_zip(std::filesystem::path const& zip, std::string const& shown,
                             ZipLimits const& limits = lambda_limits());

/// Whether a link at `name` (relative, with '/') to `target` stays inside the folder, going by the
/// names alone.
bool link_stays_inside(std::string_view name, std::string_view target);

}  // namespace sluice::store
