#include "local/model/zip_directory.hpp"

#include <algorithm>

namespace sluice::local {
namespace {

constexpr std::size_t end_size = 22;
constexpr std::size_t header_size = 46;
constexpr std::size_t max_comment = 65'535;

/// Little-endian; the caller has checked that `width` bytes are there.
std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint32_t value = 0;
  for (std::size_t i = width; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// The end record stands at the very end, before a comment whose length it states.
std::optional<std::size_t> find_end(std::string_view bytes) {
  if (bytes.size() < end_size) return {};
  std::size_t lowest = bytes.size() - std::min(bytes.size(), end_size + max_comment);
  for (std::size_t at = bytes.size() - end_size + 1; at-- > lowest;) {
    if (bytes.substr(at, 4) != "PK\x05\x06") continue;
    if (at + end_size + number_at(bytes, at + 20, 2) == bytes.size()) return at;
  }
  return {};
}

}  // namespace

std::optional<ZipDirectory> read_zip_directory(std::string_view bytes) {
  auto end = find_end(bytes);
  if (!end) return {};
  ZipDirectory directory{.entries = number_at(bytes, *end + 10, 2), .unzipped_size = 0};
  std::size_t at = number_at(bytes, *end + 16, 4);
  for (std::size_t i = 0; i < directory.entries; ++i) {
    if (at + header_size > *end || bytes.substr(at, 4) != "PK\x01\x02") return {};
    std::uint32_t size = number_at(bytes, at + 24, 4);
    if (size == 0xffffffff) return {};
    directory.unzipped_size += size;
    at += header_size + number_at(bytes, at + 28, 2) + number_at(bytes, at + 30, 2) +
          number_at(bytes, at + 32, 2);
  }
  return directory;
}

}  // namespace sluice::local
