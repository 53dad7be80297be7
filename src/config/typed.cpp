#include "config/typed.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/strings.hpp"
#include "config/codes_text.hpp"
#include "config/render.hpp"

namespace sluice::config {
namespace {

constexpr std::size_t longest_correction = 100;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_sign(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text;
}

std::optional<std::int64_t> integer_of_base(std::string_view digits, int base) {
  std::int64_t value = 0;
  auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (digits.starts_with('-') || read.ec != std::errc() ||
      read.ptr != digits.data() + digits.size())
    return std::nullopt;
  return value;
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool looks_like_number(std::string_view text) {
  text = without_sign(text);
  auto digits = [&] {
    std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count > 0;
  };
  bool whole = digits();
  bool fraction = false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = digits();
  }
  if (!whole && !fraction) return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text = without_sign(text.substr(1));
    if (!digits()) return false;
  }
  return text.empty();
}

bool has_leading_zero(std::string_view text) {
  text = without_sign(text);
  return text.size() > 1 && text[0] == '0' && is_digit(text[1]);
}

std::string number_text(double value) {
  std::array<char, 32> text;
  auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return std::string(text.data(), end);
}

template <class T>
std::string range_text(T min, T max, std::string (*text)(T)) {
  bool low = min > std::numeric_limits<T>::lowest();
  bool high = max < std::numeric_limits<T>::max();
  if constexpr (std::numeric_limits<T>::has_infinity) {
    low = min > -std::numeric_limits<T>::infinity();
    high = max < std::numeric_limits<T>::infinity();
  }
  if (low && high) return " from " + text(min) + " to " + text(max);
  if (low) return " of at least " + text(min);
  return high ? " of at most " + text(max) : std::string();
}

/// What a person who wrote this where a number is due most likely meant.
std::optional<std::string> meant_number(std::string_view text, bool whole) {
  std::string digits(trim(text));
  if (digits.ends_with('%')) digits.pop_back();
  std::erase(digits, '_');
  if (has_leading_zero(digits)) return std::nullopt;
  if (core_integer(digits)) return digits;
  auto real = core_number(digits);
  if (!real || !std::isfinite(*real)) return std::nullopt;
  if (!whole) return digits;
  if (std::trunc(*real) != *real || std::abs(*real) > 1e15) return std::nullopt;
  return std::to_string(static_cast<std::int64_t>(*real));
}

void refuse_type(Node const& node, Diagnostics& diagnostics, std::string_view what,
                 std::string const& expected, std::optional<std::string> const& meant) {
  std::string help;
  if (meant) {
    std::string line = corrected_line(node.span(), *meant);
    help = "write `" + (line.empty() ? *meant : line) + "`";
  }
  report(diagnostics, node, codes::wrong_type,
         in_quotes(what) + " must be " + expected + ", found " + description_of(node),
         std::move(help));
}

void refuse_range(Node const& node, Diagnostics& diagnostics, std::string_view what,
                  std::string const& expected) {
  report(diagnostics, node, codes::out_of_range,
         in_quotes(what) + " must be " + expected + ", found " + in_quotes(node.text()));
}

}  // namespace

bool is_core_null(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

std::optional<bool> core_boolean(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

std::optional<std::int64_t> core_integer(std::string_view text) {
  if (text.starts_with("0x")) return integer_of_base(text.substr(2), 16);
  if (text.starts_with("0o")) return integer_of_base(text.substr(2), 8);
  if (has_leading_zero(text) || !std::ranges::all_of(without_sign(text), is_digit))
    return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc()) return std::nullopt;
  return value;
}

std::optional<double> core_number(std::string_view text) {
  if (auto whole = core_integer(text)) return static_cast<double>(*whole);
  if (!looks_like_number(text) || has_leading_zero(text)) return std::nullopt;
  bool whole = text.find_first_of(".eE") == std::string_view::npos;
  if (whole) return std::nullopt;  // over 64 bits: a double would change its digits
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc()) return std::nullopt;
  return value;
}

std::string description_of(Node const& node) {
  switch (node.kind()) {
    case Node::Kind::null: return node.text().empty() ? "nothing" : node.text();
    case Node::Kind::sequence: return "a list";
    case Node::Kind::mapping: return "a mapping";
    case Node::Kind::scalar: break;
  }
  if (!node.quoted()) {
    if (core_boolean(node.text())) return node.text();
    if (core_number(node.text())) return "the number " + node.text();
  }
  return "the text " + in_quotes(node.text());
}

std::string corrected_line(Span const& span, std::string_view replacement) {
  if (!span.source || span.line != span.end_line) return {};
  std::string_view line = span.source->line(span.line);
  if (line.size() > longest_correction) return {};
  std::size_t line_start = span.source->byte_at({span.line, 1});
  std::size_t from = span.source->byte_at(span.start()) - line_start;
  std::size_t to = std::max(span.source->byte_at(span.end()) - line_start, from);
  std::string out(line.substr(0, from));
  if (out.ends_with(':')) out += ' ';
  out.append(replacement).append(line.substr(to));
  return std::string(trim(out));
}

void report(Diagnostics& diagnostics, Node const& node, Code code, std::string message,
            std::string help, std::string cause) {
  if (node.reported()) return;
  Advice advice{.cause = std::move(cause), .help = std::move(help)};
  if (node.alias_span())
    advice.related.push_back({*node.alias_span(), "brought here by the alias"});
  diagnostics.error(code, node.span(), std::move(message), std::move(advice));
}

std::optional<std::string> as_string(Node const& node, Diagnostics& diagnostics,
                                     std::string_view what) {
  if (node.is_scalar()) return node.text();
  std::optional<std::string> meant;
  if (node.items().size() == 1 && node.items()[0].is_scalar())
    meant = std::string(node.items()[0].span().text());
  refuse_type(node, diagnostics, what, "text", meant);
  return std::nullopt;
}

std::optional<std::int64_t> as_integer(Node const& node, Diagnostics& diagnostics,
                                       std::string_view what, IntegerRange range) {
  std::string expected =
      "a whole number" + range_text<std::int64_t>(range.min, range.max, [](std::int64_t value) {
        return std::to_string(value);
      });
  bool readable = node.is_scalar() && (!node.quoted() || range.quoted == Quoted::accepted);
  auto value = readable ? core_integer(node.text()) : std::nullopt;
  if (value && *value >= range.min && *value <= range.max) return value;
  auto digits = without_sign(node.text());
  bool huge = readable && !digits.empty() && !has_leading_zero(digits) &&
              std::ranges::all_of(digits, is_digit);
  if (value || huge)
    refuse_range(node, diagnostics, what, expected);
  else
    refuse_type(node, diagnostics, what, expected,
                node.is_scalar() ? meant_number(node.text(), true) : std::nullopt);
  return std::nullopt;
}

std::optional<double> as_number(Node const& node, Diagnostics& diagnostics, std::string_view what,
                                NumberRange range) {
  std::string expected = "a number" + range_text<double>(range.min, range.max, number_text);
  bool readable = node.is_scalar() && (!node.quoted() || range.quoted == Quoted::accepted);
  auto value = readable ? core_number(node.text()) : std::nullopt;
  if (value && *value >= range.min && *value <= range.max) return value;
  if (value || (readable && looks_like_number(node.text()) && !has_leading_zero(node.text())))
    refuse_range(node, diagnostics, what, expected);
  else
    refuse_type(node, diagnostics, what, expected,
                node.is_scalar() ? meant_number(node.text(), false) : std::nullopt);
  return std::nullopt;
}

std::optional<bool> as_boolean(Node const& node, Diagnostics& diagnostics, std::string_view what,
                               Quoted quoted) {
  bool readable = node.is_scalar() && (!node.quoted() || quoted == Quoted::accepted);
  auto value = readable ? core_boolean(node.text()) : std::nullopt;
  if (value) return value;
  std::optional<std::string> meant;
  std::string word = lower(node.text());
  static constexpr std::string_view yes[] = {"true", "yes", "on", "y", "1"};
  static constexpr std::string_view no[] = {"false", "no", "off", "n", "0"};
  if (node.is_scalar() && std::ranges::find(yes, word) != std::end(yes)) meant = "true";
  if (node.is_scalar() && std::ranges::find(no, word) != std::end(no)) meant = "false";
  refuse_type(node, diagnostics, what, "true or false", meant);
  return std::nullopt;
}

bool is_mapping(Node const& node, Diagnostics& diagnostics, std::string_view what) {
  if (node.is_mapping()) return true;
  std::optional<std::string> meant;
  std::string_view text = trim(node.text());
  std::size_t colon = text.find(':');
  bool no_blank = node.is_scalar() && !node.quoted() && colon != std::string_view::npos &&
                  colon > 0 && colon + 1 < text.size() && text[colon + 1] != '/' &&
                  text.find_first_of(" \n") == std::string_view::npos;
  if (no_blank)
    meant = std::string(text.substr(0, colon)) + ": " + std::string(text.substr(colon + 1));
  refuse_type(node, diagnostics, what, "a mapping (key: value)", meant);
  return false;
}

bool is_sequence(Node const& node, Diagnostics& diagnostics, std::string_view what) {
  if (node.is_sequence()) return true;
  std::optional<std::string> meant;
  if (node.is_scalar() && node.span().line == node.span().end_line && !node.span().text().empty())
    meant = '[' + std::string(node.span().text()) + ']';
  refuse_type(node, diagnostics, what, "a list", meant);
  return false;
}

}  // namespace sluice::config
