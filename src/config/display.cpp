#include "config/display.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/strings.hpp"

namespace sluice::config {
namespace {

constexpr std::size_t window = 120;  ///< cells of a line that are shown
constexpr std::size_t before = 40;   ///< of these, in front of the span in a cut line
constexpr std::size_t tab_width = 4;

struct Range {
  std::uint32_t from, to;
};

// Unicode's combining marks and East Asian wide characters, as far as names and comments use them.
constexpr Range no_cell[] = {{0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},
                             {0x64B, 0x65F},   {0x200B, 0x200D}, {0x20D0, 0x20F0}, {0x2060, 0x2060},
                             {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};
constexpr Range two_cells[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},
                               {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE4F},
                               {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
                               {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

std::size_t length_at(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return end - at;
}

std::uint32_t point_of(std::string_view character) {
  auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first;
  std::uint32_t point = first & (0xFFu >> (character.size() + 1));
  for (char c : character.substr(1)) point = point << 6 | (static_cast<unsigned char>(c) & 0x3F);
  return point;
}

std::size_t cells_of(std::string_view character) {
  std::uint32_t point = point_of(character);
  auto in = [&](Range const& range) { return point >= range.from && point <= range.to; };
  if (std::ranges::any_of(no_cell, in)) return 0;
  return std::ranges::any_of(two_cells, in) ? 2 : 1;
}

struct Cell {
  std::string text;
  std::size_t width;
};

Cell cell_of(std::string_view character) {
  if (character == "\t") return {std::string(tab_width, ' '), tab_width};
  std::string shown = printable(character);
  std::size_t width = 0;
  for (std::size_t at = 0; at < shown.size();) {
    std::size_t length = length_at(shown, at);
    width += cells_of(std::string_view(shown).substr(at, length));
    at += length;
  }
  return {std::move(shown), width};
}

}  // namespace

std::size_t bytes_of_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size() && count > 0; --count) at += length_at(text, at);
  return at;
}

ShownLine show_line(Span const& span) {
  std::string_view line = span.source->line(span.line);
  std::size_t line_start = span.source->byte_at({span.line, 1});
  std::size_t from = std::min(span.source->byte_at(span.start()) - line_start, line.size());
  std::size_t to = line.size();
  if (span.end_line == span.line)
    to = std::clamp(span.source->byte_at(span.end()) - line_start, from, line.size());
  // Only the neighbourhood is looked at: a file may be one line of a megabyte.
  std::size_t first = 0;
  if (line.size() > window && from > window - before) {
    first = from - before;
    while (first > 0 && (static_cast<unsigned char>(line[first]) & 0xC0) == 0x80) --first;
  }
  ShownLine shown;
  if (first > 0) shown.text = "…";
  std::size_t cells = shown.text.empty() ? 0 : 1;
  std::size_t caret_end = cells;
  shown.caret = cells;
  std::size_t at = first;
  while (at < line.size() && cells < window) {
    if (at <= from) shown.caret = cells;
    std::size_t length = length_at(line, at);
    Cell cell = cell_of(line.substr(at, length));
    shown.text += cell.text;
    cells += cell.width;
    at += length;
    if (at <= to) caret_end = cells;
  }
  if (from >= line.size()) shown.caret = cells;
  if (at < line.size()) shown.text += "…";
  shown.width = caret_end > shown.caret ? caret_end - shown.caret : 1;
  return shown;
}

}  // namespace sluice::config
