#include "server/token_text.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace sluice::server {
namespace {

constexpr std::string_view letters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t random_letters = 32;
constexpr std::size_t sum_letters = 6;  // 62^6 is above 2^32

std::string_view prefix_of(TokenKind kind) {
  return kind == TokenKind::setup ? "sluice_setup_" : "sluice_api_";
}

std::string sum_of(std::string_view text) {
  std::uint64_t value = crc32(text);
  std::string out(sum_letters, '0');
  for (std::size_t i = sum_letters; i-- > 0; value /= letters.size())
    out[i] = letters[value % letters.size()];
  return out;
}

}  // namespace

Secret make_token(TokenKind kind, Random& random) {
  std::string text(prefix_of(kind));
  for (std::size_t i = 0; i < random_letters; ++i) text += letters[random.below(letters.size())];
  text += sum_of(text);
  return Secret(std::move(text));
}

bool is_token_text(TokenKind kind, std::string_view text) {
  std::string_view const prefix = prefix_of(kind);
  if (text.size() != prefix.size() + random_letters + sum_letters) return false;
  if (!text.starts_with(prefix)) return false;
  auto known = [](char c) { return letters.contains(c); };
  if (!std::ranges::all_of(text.substr(prefix.size()), known)) return false;
  std::size_t const end = text.size() - sum_letters;
  return text.substr(end) == sum_of(text.substr(0, end));
}

std::string token_hash(std::string_view pepper, std::string_view text) {
  return hex(hmac_sha256(pepper, text));
}

std::string random_hex(Random& random) {
  std::string bytes;
  for (int word = 0; word < 4; ++word) {
    std::uint64_t value = random.next();
    for (int i = 0; i < 8; ++i, value >>= 8) bytes += static_cast<char>(value & 0xFF);
  }
  return hex(bytes);
}

}  // namespace sluice::server
