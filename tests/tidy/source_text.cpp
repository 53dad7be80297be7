#include "tidy/source_text.hpp"

#include <cctype>

namespace sluice::tidy {
namespace {

bool word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// Goes through a file once and remembers, from line to line, what it is inside of.
class Blanker {
 public:
  std::string line(std::string_view text) {
    std::string out(text.size(), ' ');
    if (inside_ == Inside::code && (directive_ || starts_directive(text))) {
      directive_ = text.ends_with('\\');
      return out;
    }
    for (std::size_t at = 0; at < text.size();) at = step(text, at, out);
    if (inside_ == Inside::string || inside_ == Inside::character) inside_ = Inside::code;
    return out;
  }

 private:
  enum class Inside { code, comment, string, character, raw };

  static bool starts_directive(std::string_view text) {
    auto first = text.find_first_not_of(" \t");
    return first != std::string_view::npos && text[first] == '#';
  }

  /// Handles what begins at `at`; answers where the next thing begins.
  std::size_t step(std::string_view text, std::size_t at, std::string& out) {
    switch (inside_) {
      case Inside::code: return code(text, at, out);
      case Inside::comment: return until(text, at, "*/");
      case Inside::raw: return until(text, at, raw_end_);
      case Inside::string:
      case Inside::character: break;
    }
    if (text[at] == '\\') return at + 2;
    if (text[at] == (inside_ == Inside::string ? '"' : '\'')) {
      out[at] = text[at];
      inside_ = Inside::code;
    }
    return at + 1;
  }

  std::size_t until(std::string_view text, std::size_t at, std::string_view end) {
    auto found = text.find(end, at);
    if (found == std::string_view::npos) return text.size();
    inside_ = Inside::code;
    return found + end.size();
  }

  std::size_t code(std::string_view text, std::size_t at, std::string& out) {
    std::string_view rest = text.substr(at);
    if (rest.starts_with("//")) return text.size();
    if (rest.starts_with("/*")) {
      inside_ = Inside::comment;
      return at + 2;
    }
    if (rest.starts_with("R\"") && (at == 0 || !word_character(text[at - 1]))) {
      auto open = rest.find('(');
      if (open == std::string_view::npos) return text.size();
      raw_end_ = ")" + std::string(rest.substr(2, open - 2)) + "\"";
      inside_ = Inside::raw;
      return at + open + 1;
    }
    out[at] = text[at];
    if (text[at] == '"') inside_ = Inside::string;
    // 1'000 separates digits; 'a' begins a character.
    bool separator = at > 0 && word_character(text[at - 1]);
    if (text[at] == '\'' && !separator) inside_ = Inside::character;
    return at + 1;
  }

  Inside inside_ = Inside::code;
  std::string raw_end_;
  bool directive_ = false;
};

/// A call has nothing before it that makes it a member or a declaration: `clock.sleep(…)` and
/// `void sleep(…)` are our own.
bool stands_alone(std::string_view code, std::size_t at) {
  auto before = code.substr(0, at);
  if (before.ends_with("::")) {
    // `Clock::sleep(` defines or calls a member; `::sleep(` and the standard library's are meant.
    before.remove_suffix(2);
    bool qualified = !before.empty() && word_character(before.back());
    return !qualified || before.ends_with("std") || before.ends_with("this_thread");
  }
  while (before.ends_with(' ')) before.remove_suffix(1);
  if (before.ends_with('.') || before.ends_with("->")) return false;
  if (before.ends_with("return")) return true;
  return before.empty() || !(word_character(before.back()) || before.back() == '&');
}

}  // namespace

std::vector<std::string> code_of(std::vector<std::string> const& lines) {
  Blanker blanker;
  std::vector<std::string> code;
  code.reserve(lines.size());
  for (auto const& line : lines) code.push_back(blanker.line(line));
  return code;
}

std::size_t find_word(std::string_view code, std::string_view name, std::size_t from) {
  for (auto at = code.find(name, from); at != std::string_view::npos;
       at = code.find(name, at + 1)) {
    auto end = at + name.size();
    bool begins = at == 0 || !word_character(code[at - 1]);
    bool call = name.ends_with('(');
    bool ends = call || end == code.size() || !word_character(code[end]);
    if (begins && ends && (!call || stands_alone(code, at))) return at;
  }
  return std::string_view::npos;
}

std::size_t columns(std::string_view utf8) {
  std::size_t count = 0;
  for (char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

}  // namespace sluice::tidy
