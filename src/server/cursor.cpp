#include "server/cursor.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace sluice::server {
namespace {

constexpr std::size_t mark_length = 8;

std::string mark_of(std::string_view list) { return hex(sha256(list)).substr(0, mark_length); }

}  // namespace

std::string cursor_to(std::string_view list, std::string_view place) {
  std::string text = base64(mark_of(list) + std::string(place));
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

Result<std::string> place_of(std::string_view list, std::string_view cursor) {
  std::string text(cursor);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  auto decoded = decode_base64(text);
  bool fits = decoded && decoded->size() > mark_length && decoded->starts_with(mark_of(list));
  if (fits) return decoded->substr(mark_length);
  return fail(ErrorCode::invalid_input, "this is no cursor of this list",
              "Take 'next' of an answer as it is, and repeat the same filters.");
}

}  // namespace sluice::server
