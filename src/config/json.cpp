#include <charconv>
#include <cstdint>
#include <string>

#include "config/builder.hpp"
#include "config/codes_text.hpp"
#include "config/parsers.hpp"
#include "config/render.hpp"
#include "config/yaml_error.hpp"

namespace sluice::config {
namespace {

void append_utf8(std::string& out, std::uint32_t point) {
  auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) return byte(0xC0 | point >> 6), byte(0x80 | (point & 0x3F));
  if (point < 0x10000) {
    byte(0xE0 | point >> 12);
  } else {
    byte(0xF0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3F));
  }
  byte(0x80 | (point >> 6 & 0x3F));
  byte(0x80 | (point & 0x3F));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// Reads without recursion: what is open stands in `closers_`.
class JsonReader {
 public:
  JsonReader(SourcePtr const& source, Diagnostics& diagnostics)
      : source_(source),
        text_(source->text()),
        diagnostics_(diagnostics),
        builder_(source, diagnostics, TreeBuilder::MergeKeys::ordinary) {}

  std::optional<Document> read() {
    skip_blanks();
    if (at_ == text_.size()) {
      refuse_empty(diagnostics_, source_);
      return std::nullopt;
    }
    if (!value()) return std::nullopt;
    while (!closers_.empty())
      if (!next()) return std::nullopt;
    skip_blanks();
    if (at_ < text_.size()) {
      refuse("there is text behind the end of the document", "remove it");
      return std::nullopt;
    }
    return Document{source_, builder_.root()};
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
  }

  bool refuse(std::string message, std::string help = {}, std::size_t length = 1) {
    std::size_t to = std::min(at_ + length, text_.size());
    // The span must not end inside a character.
    while (to < text_.size() && (static_cast<unsigned char>(text_[to]) & 0xC0) == 0x80) ++to;
    diagnostics_.error(codes::not_json, make_span(source_, at_, to), std::move(message),
                       {.cause = {}, .help = std::move(help)});
    return false;
  }

  /// One step inside the innermost open collection: a separator and a value, or its end.
  bool next() {
    skip_blanks();
    char closer = closers_.back();
    if (peek() == closer) return close();
    if (at_ == text_.size())
      return refuse(std::string("the text ends before the closing '") + closer + "'");
    if (!first_) {
      if (peek() != ',')
        return refuse(std::string("a ',' or '") + closer + "' is missing here",
                      "separate the elements with ','");
      std::size_t comma = at_++;
      skip_blanks();
      if (peek() == closer) {
        at_ = comma;
        return refuse("a ',' stands before the closing bracket", "remove it");
      }
    }
    first_ = false;
    if (closer == '}' && !key()) return false;
    return value();
  }

  bool close() {
    closers_.pop_back();
    first_ = false;
    return builder_.close(++at_);
  }

  bool key() {
    if (at_comment()) return refuse_comment();
    if (peek() != '"') return refuse("a key must stand in double quotes", "write \"key\": value");
    if (!string()) return false;
    skip_blanks();
    if (peek() != ':') return refuse("a ':' is missing behind the key");
    ++at_;
    return true;
  }

  bool value() {
    skip_blanks();
    char c = peek();
    if (c == '{' || c == '[') {
      auto kind = c == '{' ? Node::Kind::mapping : Node::Kind::sequence;
      if (!builder_.open(kind, {at_, at_ + 1})) return false;
      closers_ += c == '{' ? '}' : ']';
      first_ = true;
      ++at_;
      return true;
    }
    if (c == '"') return string();
    if (c == '-' || is_digit(c)) return number();
    if (is_letter(c)) return word();
    if (c == '\'') return refuse("text must stand in double quotes", "use \" instead of '");
    if (at_comment()) return refuse_comment();
    return refuse(at_ == text_.size() ? "the text ends where a value is due"
                                      : "a value is missing here");
  }

  bool at_comment() const { return peek() == '/' || peek() == '#'; }
  bool refuse_comment() { return refuse("JSON has no comments", "remove the comment"); }

  bool word() {
    std::size_t end = at_;
    while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]))) ++end;
    std::string found(text_.substr(at_, end - at_));
    ByteRange place{at_, end};
    if (found == "null") return at_ = end, builder_.null(found, place);
    if (found == "true" || found == "false") return at_ = end, builder_.scalar(found, false, place);
    return refuse("unknown word " + in_quotes(found), "quote it: `\"" + found + "\"`", end - at_);
  }

  void digits() {
    while (is_digit(peek())) ++at_;
  }

  bool number() {
    std::size_t start = at_;
    if (peek() == '-') ++at_;
    if (!is_digit(peek())) return refuse("a digit is missing here");
    if (peek() == '0' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))
      return refuse("a number cannot start with a zero", "quote it if it is an id");
    digits();
    bool whole = true;
    if (peek() == '.') {
      ++at_, whole = false;
      if (!is_digit(peek())) return refuse("a digit is missing behind the '.'");
      digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_, whole = false;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!is_digit(peek())) return refuse("a digit is missing in the exponent");
      digits();
    }
    std::string found(text_.substr(start, at_ - start));
    std::int64_t exact = 0;
    auto read = std::from_chars(found.data(), found.data() + found.size(), exact);
    if (whole && read.ec == std::errc::result_out_of_range) {
      std::size_t length = at_ - start;
      at_ = start;
      return refuse("the integer does not fit into 64 bits", "quote it if it is an id", length);
    }
    return builder_.scalar(std::move(found), false, {start, at_});
  }

  bool string() {
    std::size_t start = at_++;
    std::string out;
    while (peek() != '"') {
      if (at_ == text_.size()) {
        at_ = start;
        return refuse("a quote is opened and never closed");
      }
      if (static_cast<unsigned char>(peek()) < 0x20)
        return refuse("a control character or line end stands inside a text",
                      "write it as an escape, for example \\n or \\t");
      if (peek() != '\\')
        out += text_[at_++];
      else if (!escape(out))
        return false;
    }
    ++at_;
    return builder_.scalar(std::move(out), true, {start, at_});
  }

  bool escape(std::string& out) {
    static constexpr std::string_view names = "\"\\/bfnrt";
    static constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    char name = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (name == 'u') return unicode_escape(out);
    std::size_t index = name ? names.find(name) : std::string_view::npos;
    if (index == std::string_view::npos)
      return refuse("unknown escape in a text", "write \\\\ for a backslash", 2);
    out += values[index];
    at_ += 2;
    return true;
  }

  /// The four digits of a \u at `at`; none where it is not one.
  std::optional<std::uint32_t> unit_at(std::size_t at) const {
    std::string_view escape = text_.substr(std::min(at, text_.size()), 6);
    if (escape.size() != 6 || !escape.starts_with("\\u")) return std::nullopt;
    std::uint32_t unit = 0;
    auto read = std::from_chars(escape.data() + 2, escape.data() + 6, unit, 16);
    if (read.ec != std::errc() || read.ptr != escape.data() + 6) return std::nullopt;
    return unit;
  }

  bool unicode_escape(std::string& out) {
    auto unit = unit_at(at_);
    if (!unit) return refuse("\\u needs four hexadecimal digits", {}, 2);
    if (*unit >= 0xDC00 && *unit <= 0xDFFF)
      return refuse("half of a surrogate pair stands alone", {}, 6);
    std::size_t length = 6;
    std::uint32_t point = *unit;
    if (point >= 0xD800 && point <= 0xDBFF) {
      auto low = unit_at(at_ + 6);
      if (!low || *low < 0xDC00 || *low > 0xDFFF)
        return refuse("half of a surrogate pair stands alone", {}, 6);
      point = 0x10000 + ((point - 0xD800) << 10) + (*low - 0xDC00);
      length = 12;
    }
    append_utf8(out, point);
    at_ += length;
    return true;
  }

  SourcePtr source_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  TreeBuilder builder_;
  std::size_t at_ = 0;
  std::string closers_;
  bool first_ = false;  ///< no element of the innermost open collection was read yet
};

}  // namespace

std::optional<Document> parse_json(SourcePtr const& source, Diagnostics& diagnostics) {
  return JsonReader(source, diagnostics).read();
}

}  // namespace sluice::config
