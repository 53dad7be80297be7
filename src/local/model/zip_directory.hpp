#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::local {

/// What a zip's central directory says. The sizes are claims: whoever unpacks checks them.
struct ZipDirectory {
  std::size_t entries = 0;
  std::uint64_t unzipped_size = 0;
};

/// Reads the directory without unpacking anything. None where the bytes are not a zip, are cut off,
/// or need zip64 (over 65,535 entries or 4 GiB: beyond what Lambda takes anyway).
std::optional<ZipDirectory> read_zip_directory(std::string_view bytes);

}  // namespace sluice::local
