#include "store/ignore.hpp"

#include <fmt/core.h>

#include "base/strings.hpp"

namespace sluice::store {
namespace {

constexpr std::size_t most_lines = 10'000;
constexpr std::size_t longest_line = 4'096;

/// Whether the set that starts behind '[' holds `c`; `end` is set behind its ']'. None where the
/// set is never closed: then '[' is an ordinary character.
std::optional<bool> set_holds(std::string_view pattern, std::size_t start, char c,
                              std::size_t& end) {
  auto at = start;
  bool inverted = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (inverted) ++at;
  bool found = false;
  // A ']' that comes first belongs to the set.
  for (auto first = at; at < pattern.size() && (pattern[at] != ']' || at == first); ++at) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    char low = pattern[at];
    char high = low;
    if (at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']') {
      at += 2;
      if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
      high = pattern[at];
    }
    found = found || (low <= c && c <= high);
  }
  if (at >= pattern.size()) return std::nullopt;
  end = at + 1;
  return found != inverted;
}

/// Whether the pattern's element at `at` takes the character; `next` is set behind the element.
bool takes(std::string_view pattern, std::size_t at, char c, std::size_t& next) {
  next = at + 1;
  if (pattern[at] == '?') return true;
  if (pattern[at] == '[') {
    if (auto held = set_holds(pattern, at + 1, c, next)) return *held;
  }
  if (pattern[at] == '\\' && at + 1 < pattern.size()) {
    next = at + 2;
    return pattern[at + 1] == c;
  }
  return pattern[at] == c;
}

/// One part of a path against one part of a pattern. Only the last '*' is ever tried again, which
/// keeps the time within the product of both lengths.
bool part_fits(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    std::size_t next = 0;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && takes(pattern, p, name[n], next)) {
      p = next;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// The same over whole parts, with "**" in the place of '*'.
bool parts_fit(std::vector<std::string> const& pattern, std::vector<std::string> const& path) {
  auto none = pattern.size() + 1;
  std::size_t p = 0, n = 0, star = none, resume = 0;
  while (n < path.size()) {
    if (p < pattern.size() && pattern[p] == "**") {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && part_fits(pattern[p], path[n])) {
      ++p;
      ++n;
    } else if (star != none) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  // "a/**" is everything inside of a, not a itself.
  return p == pattern.size();
}

std::string_view without_trailing_blanks(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
  return line;
}

}  // namespace

Result<IgnoreRules> IgnoreRules::parse(std::string_view text) {
  IgnoreRules rules;
  rules.add(".git");
  rules.add("/.sluiceignore");
  auto lines = split(text, '\n');
  if (lines.size() > most_lines) {
    return fail(ErrorCode::invalid_input,
                fmt::format("it has {} lines; {} are the limit", lines.size(), most_lines),
                "use patterns instead of single files");
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].size() > longest_line) {
      return fail(ErrorCode::invalid_input, fmt::format("line {} has {} bytes; {} are the limit",
                                                        i + 1, lines[i].size(), longest_line));
    }
    rules.add(lines[i]);
  }
  return rules;
}

void IgnoreRules::add(std::string_view line) {
  line = without_trailing_blanks(line);
  if (line.empty() || line.starts_with('#')) return;
  Rule rule;
  if (line.starts_with('!')) {
    rule.takes_back = true;
    line.remove_prefix(1);
  }
  if (line.ends_with('/')) {
    rule.folders_only = true;
    line.remove_suffix(1);
  }
  bool from_the_top = line.contains('/');
  if (line.starts_with('/')) line.remove_prefix(1);
  if (line.empty()) return;
  rule.parts = split(line, '/');
  if (!from_the_top) rule.parts.insert(rule.parts.begin(), "**");
  // A "**" at the end stands for at least one name.
  if (from_the_top && rule.parts.back() == "**") rule.parts.push_back("*");
  rules_.push_back(std::move(rule));
}

bool IgnoreRules::leaves_out(std::string_view path, bool is_folder) const {
  auto parts = split(path, '/');
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (rule->folders_only && !is_folder) continue;
    if (parts_fit(rule->parts, parts)) return !rule->takes_back;
  }
  return false;
}

}  // namespace sluice::store
