#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

/// A place in a text, both 1-based; columns count characters (Unicode code points), not bytes.
struct Position {
  int line = 1;
  int column = 1;
  friend auto operator<=>(Position const&, Position const&) = default;
};

/// One text a person wrote, with the name it is shown under (a path, "-", "--set region=…").
/// Immutable, so it may be read by any number of threads; everything that points into it shares it.
class Source {
 public:
  /// A byte order mark at the start is left out: positions count from behind it. The text may be
  /// invalid UTF-8 (a stray byte then counts as one character); `parse` refuses it with a message.
  Source(std::string name, std::string text);

  std::string const& name() const { return name_; }
  std::string const& text() const { return text_; }

  /// Lines end with LF, CR LF or CR. A text that ends with a line end has one more, empty, line.
  int line_count() const { return static_cast<int>(line_starts_.size()); }
  /// The 1-based line without its end; empty where there is no such line.
  std::string_view line(int number) const;

  /// The place of a byte; a byte at or behind the end gives the place behind the last character.
  Position position(std::size_t byte) const;
  /// The byte where that place is, clipped to the end of its line and to the end of the text.
  std::size_t byte_at(Position position) const;
  /// The byte where the character with that 0-based number starts.
  std::size_t byte_of_character(std::size_t index) const;

 private:
  std::size_t characters_before(std::size_t byte) const;

  std::string name_;
  std::string text_;
  std::vector<std::uint32_t> line_starts_;
  /// Characters before every 32nd byte: a lookup stays short in a file that is one long line.
  std::vector<std::uint32_t> characters_;
};

using SourcePtr = std::shared_ptr<Source const>;

/// The usual way to make one.
SourcePtr make_source(std::string name, std::string text);

/// A stretch of a source: from the first character to just behind the last one. A span without a
/// source belongs to nothing a person typed (a whole command, a missing file).
struct Span {
  int line = 0;
  int column = 0;
  int end_line = 0;
  int end_column = 0;
  SourcePtr source;

  Position start() const { return {line, column}; }
  Position end() const { return {end_line, end_column}; }
  /// The text it covers.
  std::string_view text() const;
  /// "release.yaml:3:5"; empty without a source.
  std::string place() const;

  friend bool operator==(Span const&, Span const&) = default;
};

/// The span of the bytes [from, to).
Span make_span(SourcePtr const& source, std::size_t from, std::size_t to);

}  // namespace sluice::config
