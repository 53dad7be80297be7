#pragma once

#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/secret.hpp"

/// How API tokens are written (operability M3): "sluice_KIND_", 32 letters of base62 that hold 190
/// random bits, and six that hold the CRC-32 of everything before them. Scanners for leaked secrets
/// recognise that form, and a mistyped token is known as one without looking it up.
namespace sluice::server {

enum class TokenKind {
  api,    ///< for everything its roles allow
  setup,  ///< once, for the first administrator's token
};

Secret make_token(TokenKind kind, Random& random);
/// Whether the text is a whole token of that kind. Says nothing about whether it is in force.
bool is_token_text(TokenKind kind, std::string_view text);

/// What is kept of a token: its HMAC-SHA256 under the server's pepper, in hex.
std::string token_hash(std::string_view pepper, std::string_view text);

/// 32 random bytes, in hex.
std::string random_hex(Random& random);

}  // namespace sluice::server
