#pragma once

#include <cstddef>
#include <filesystem>

#include "base/limits.hpp"
#include "base/result.hpp"

namespace sluice::local {

struct UnpackLimits {
  std::size_t entries = limits::archive_entries;
  std::size_t bytes = limits::unzipped_bytes;
};

/// Unpacks a zip into an existing folder; Unix modes are kept, what is there already (of an earlier
/// layer) is replaced. Refused, with the entry's name: absolute names, `..`, names that are not
/// UTF-8, the same name twice, links that lead outside, entries below a link, devices, and anything
/// over the limits. After an error the folder holds a part; throw it away.
/// Returns the number of bytes written.
Result<std::size_t> unpack_zip(std::filesystem::path const& zip,
                               std::filesystem::path const& folder, UnpackLimits limits = {});

}  // namespace sluice::local
