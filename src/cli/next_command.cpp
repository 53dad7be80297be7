#include "cli/next_command.hpp"

#include <algorithm>
#include <cctype>

#include "base/strings.hpp"

namespace sluice::cli {
namespace {

std::string shell_word(std::string const& word) {
  bool plain = !word.empty() && std::ranges::all_of(word, [](unsigned char c) {
    return std::isalnum(c) || std::string_view("/._-+:=@%,").contains(static_cast<char>(c));
  });
  return plain ? word : "'" + replace_all(word, "'", "'\\''") + "'";
}

}  // namespace

std::string next_command(Invocation const& invocation, std::string_view words) {
  std::string text = "sluice " + std::string(words);
  // SLUICE_STATE holds for the next command too.
  auto given = invocation.line.maybe("state");
  return given && !given->empty() ? text + " --state " + shell_word(*given) : text;
}

}  // namespace sluice::cli
