#include <array>
#include <cstdint>
#include <optional>

#include "base/hash.hpp"
#include "base/strings.hpp"
#include "local/wire/s3_chunks.hpp"

namespace sluice::local {
namespace {

/// A reflected CRC with all ones before and after: CRC-32C and CRC-64/NVME are of this kind.
template <class Word>
Word reflected_crc(std::string_view bytes, Word polynomial) {
  std::array<Word, 256> table{};
  for (unsigned i = 0; i < 256; ++i) {
    Word word = i;
    for (int bit = 0; bit < 8; ++bit)
      word = static_cast<Word>((word >> 1) ^ ((word & 1) != 0 ? polynomial : Word{0}));
    table[i] = word;
  }
  Word crc = static_cast<Word>(~Word{0});
  for (unsigned char c : bytes) crc = static_cast<Word>(table[(crc ^ c) & 0xff] ^ (crc >> 8));
  return static_cast<Word>(~crc);
}

template <class Word>
std::string big_endian(Word word) {
  std::string bytes;
  for (std::size_t i = sizeof(Word); i-- > 0;) bytes += static_cast<char>((word >> (8 * i)) & 0xff);
  return bytes;
}

/// The value of that checksum field for these bytes; none for an algorithm that is not known.
std::optional<std::string> checksum(std::string_view field, std::string_view bytes) {
  if (field == "x-amz-checksum-crc32") return base64(big_endian(crc32(bytes)));
  if (field == "x-amz-checksum-crc32c")
    return base64(big_endian(reflected_crc<std::uint32_t>(bytes, 0x82F63B78U)));
  if (field == "x-amz-checksum-crc64nvme")
    return base64(big_endian(reflected_crc<std::uint64_t>(bytes, 0x9A6C9329AC4BC9B5ULL)));
  if (field == "x-amz-checksum-sha256") return base64(sha256(bytes));
  return {};
}

bool is_checksum(std::string_view field) {
  return field.starts_with("x-amz-checksum-") && field != "x-amz-checksum-mode" &&
         field != "x-amz-checksum-algorithm" && field != "x-amz-checksum-type";
}

}  // namespace

Outcome<std::map<std::string, std::string>> check_digests(net::Headers const& headers,
                                                          Upload const& upload) {
  if (headers.contains("content-md5")) {
    auto const digest = decode_base64(headers.get("content-md5"));
    if (!digest || digest->size() != 16)
      return refuse(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
    if (*digest != md5(upload.bytes))
      return refuse(400, "BadDigest",
                    "The Content-MD5 you specified did not match what we received.");
  }
  std::map<std::string, std::string> fields;
  for (auto const& [name, value] : headers.all())
    if (is_checksum(lower(name))) fields[lower(name)] = value;
  for (auto const& [name, value] : upload.trailers)
    if (is_checksum(name)) fields[name] = value;
  for (auto const& [name, value] : fields) {
    auto const algorithm = name.substr(std::string_view("x-amz-checksum-").size());
    auto const computed = checksum(name, upload.bytes);
    if (!computed)
      return refuse(501, "NotImplemented",
                    "The local endpoint verifies crc32, crc32c, crc64nvme and sha256 checksums, "
                    "not " +
                        algorithm + ".");
    if (*computed != value)
      return refuse(400, "BadDigest",
                    "The " + algorithm + " you specified did not match the calculated checksum.");
  }
  return fields;
}

}  // namespace sluice::local
