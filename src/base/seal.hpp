#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace sluice {

constexpr std::size_t seal_key_bytes = 32;
constexpr std::size_t seal_nonce_bytes = 12;

/// AES-256-GCM: the text encrypted, with its tag of 16 bytes behind it. A nonce is used once under
/// a key. `about` is not in it, but opens nothing else: a sealed text cannot be moved to another
/// name.
std::string seal(std::string_view key, std::string_view nonce, std::string_view about,
                 std::string_view text);
/// None where the key, the nonce or `about` are others, or anything was changed.
std::optional<Secret> unseal(std::string_view key, std::string_view nonce, std::string_view about,
                             std::string_view sealed);

}  // namespace sluice
