#include "config/source.hpp"

#include <algorithm>

namespace sluice::config {
namespace {

constexpr std::size_t block = 32;

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (char c : text) count += starts_character(c);
  return count;
}

}  // namespace

Source::Source(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
  if (text_.starts_with("\xEF\xBB\xBF")) text_.erase(0, 3);
  line_starts_.push_back(0);
  std::uint32_t characters = 0;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (i % block == 0) characters_.push_back(characters);
    if (starts_character(text_[i])) ++characters;
    bool ends_line =
        text_[i] == '\n' || (text_[i] == '\r' && (i + 1 == text_.size() || text_[i + 1] != '\n'));
    if (ends_line) line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

std::string_view Source::line(int number) const {
  if (number < 1 || number > line_count()) return {};
  auto index = static_cast<std::size_t>(number);
  std::size_t start = line_starts_[index - 1];
  std::size_t end = index < line_starts_.size() ? line_starts_[index] : text_.size();
  std::string_view found = std::string_view(text_).substr(start, end - start);
  if (found.ends_with('\n')) found.remove_suffix(1);
  if (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

std::size_t Source::characters_before(std::size_t byte) const {
  if (characters_.empty()) return 0;
  std::size_t index = std::min(byte / block, characters_.size() - 1);
  std::string_view rest = std::string_view(text_).substr(index * block, byte - index * block);
  return characters_[index] + count_characters(rest);
}

Position Source::position(std::size_t byte) const {
  byte = std::min(byte, text_.size());
  auto behind = std::ranges::upper_bound(line_starts_, static_cast<std::uint32_t>(byte));
  auto line = static_cast<int>(behind - line_starts_.begin());
  std::size_t start = line_starts_[static_cast<std::size_t>(line) - 1];
  auto column = static_cast<int>(characters_before(byte) - characters_before(start)) + 1;
  return {line, column};
}

std::size_t Source::byte_at(Position position) const {
  if (position.line < 1) return 0;
  if (position.line > line_count()) return text_.size();
  std::size_t start = line_starts_[static_cast<std::size_t>(position.line) - 1];
  if (position.column <= 1) return start;
  auto offset = static_cast<std::size_t>(position.column - 1);
  std::size_t byte = byte_of_character(characters_before(start) + offset);
  return std::min(byte, start + line(position.line).size());
}

std::size_t Source::byte_of_character(std::size_t index) const {
  if (characters_.empty()) return 0;
  auto behind = std::ranges::upper_bound(characters_, static_cast<std::uint32_t>(index));
  std::size_t start = behind == characters_.begin()
                          ? 0
                          : static_cast<std::size_t>(behind - characters_.begin() - 1);
  std::size_t seen = characters_[start];
  // A block may begin inside a character, which was counted in the block before.
  for (std::size_t byte = start * block; byte < text_.size(); ++byte)
    if (starts_character(text_[byte]) && seen++ == index) return byte;
  return text_.size();
}

SourcePtr make_source(std::string name, std::string text) {
  return std::make_shared<Source const>(std::move(name), std::move(text));
}

std::string_view Span::text() const {
  if (!source) return {};
  std::size_t from = source->byte_at(start());
  std::size_t to = source->byte_at(end());
  return to > from ? std::string_view(source->text()).substr(from, to - from) : std::string_view();
}

std::string Span::place() const {
  if (!source) return {};
  return source->name() + ':' + std::to_string(line) + ':' + std::to_string(column);
}

Span make_span(SourcePtr const& source, std::size_t from, std::size_t to) {
  Position start = source->position(from);
  Position end = source->position(std::max(from, to));
  return {start.line, start.column, end.line, end.column, source};
}

}  // namespace sluice::config
