#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice {

/// Raw bytes of the digest.
std::string sha256(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);
std::string md5(std::string_view bytes);
std::uint32_t crc32(std::string_view bytes);

/// Lower-case.
std::string hex(std::string_view bytes);
std::string base64(std::string_view bytes);
/// Refuses anything that is not padded base64.
Result<std::string> decode_base64(std::string_view text);

/// For bodies too large to hold: feed, then take the raw digest once.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void update(std::string_view bytes);
  std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace sluice
