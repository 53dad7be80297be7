#include "config/codes.hpp"

#include <charconv>

#include "base/strings.hpp"
#include "config/codes_armory.hpp"
#include "config/codes_cli.hpp"
#include "config/codes_codedeploy.hpp"
#include "config/codes_plan.hpp"
#include "config/codes_text.hpp"

namespace sluice::config {

std::vector<std::span<Explanation const>> explanation_tables() {
  return {text_explanations(), plan_explanations(), armory_explanations(),
          codedeploy_explanations(), cli_explanations()};
}

Explanation const* find_explanation(Code code) {
  for (auto table : explanation_tables())
    for (auto const& explanation : table)
      if (explanation.code == code) return &explanation;
  return nullptr;
}

Explanation const* find_explanation(std::string_view code) {
  code = trim(code);
  if (code.starts_with('E') || code.starts_with('e')) code.remove_prefix(1);
  int number = 0;
  auto read = std::from_chars(code.data(), code.data() + code.size(), number);
  bool whole = read.ec == std::errc() && read.ptr == code.data() + code.size();
  return whole ? find_explanation(Code{number}) : nullptr;
}

namespace {

/// Breaks at blanks so that no line is longer than 80 columns.
std::string wrapped(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (auto const& word : split(text, ' ')) {
    bool fits = column + 1 + word.size() <= 80;
    if (column > 0) out += fits ? ' ' : '\n';
    column = column > 0 && fits ? column + 1 + word.size() : word.size();
    out += word;
  }
  return out + '\n';
}

std::string indented(std::string_view text) {
  std::string out;
  for (auto const& line : split(text, '\n')) out += line.empty() ? "\n" : "    " + line + '\n';
  return out;
}

}  // namespace

std::string explanation_text(Explanation const& explanation) {
  std::string out = explanation.code.id() + ": " + std::string(explanation.title) + "\n\n";
  out += wrapped(explanation.meaning);
  if (!explanation.wrong.empty()) out += "\nWrong:\n\n" + indented(explanation.wrong);
  if (!explanation.right.empty()) out += "\nRight:\n\n" + indented(explanation.right);
  return out;
}

}  // namespace sluice::config
