#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config/source.hpp"

namespace sluice::config {

/// A source line made fit for a terminal: tabs and foreign characters replaced, a long line cut to
/// a window around the span. `caret` and `width` are terminal cells, so that carets stand below
/// the right characters also behind tabs and wide letters.
struct ShownLine {
  std::string text;
  std::size_t caret = 0;
  std::size_t width = 1;
};
ShownLine show_line(Span const& span);

/// The bytes that the first `count` characters of valid UTF-8 take.
std::size_t bytes_of_characters(std::string_view text, std::size_t count);

}  // namespace sluice::config
