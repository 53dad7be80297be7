#include <algorithm>
#include <array>

#include "tidy/functions.hpp"
#include "tidy/rules.hpp"
#include "tidy/source_text.hpp"

namespace sluice::tidy {
namespace {

struct Ban {
  std::string_view word;  ///< with '(' at its end: the call
  std::string_view why;
  bool prints = false;
};

constexpr std::array bans = {
    Ban{"sleep(", "wait for a condition or through the Clock port"},
    Ban{"usleep(", "wait for a condition or through the Clock port"},
    Ban{"nanosleep(", "wait for a condition or through the Clock port"},
    Ban{"sleep_for(", "wait for a condition or through the Clock port"},
    Ban{"sleep_until(", "wait for a condition or through the Clock port"},
    Ban{"system(", "base/process.hpp starts programs without a shell"},
    Ban{"popen(", "base/process.hpp starts programs without a shell"},
    Ban{"std::cout", "only the command line prints", true},
    Ban{"printf(", "only the command line prints", true},
    Ban{"puts(", "only the command line prints", true},
    Ban{"co_await", "g++ 12 miscompiles coroutines"},
    Ban{"co_return", "g++ 12 miscompiles coroutines"},
    Ban{"co_yield", "g++ 12 miscompiles coroutines"},
    Ban{"std::regex", "it overflows the stack on long input"},
    Ban{"strtok(", "it keeps hidden state between calls"},
    Ban{"localtime(", "it keeps hidden state between calls"},
    Ban{"gmtime(", "it keeps hidden state between calls"},
};

bool is_code(File const& file) {
  static constexpr std::array<std::string_view, 8> endings = {".cpp", ".hpp", ".S",  ".py",
                                                              ".mjs", ".js",  ".sh", ""};
  return std::ranges::find(endings, file.ending()) != endings.end() && file.path != "LICENSE" &&
         !file.path.starts_with(".git");
}

Finding at(File const& file, std::size_t index, std::string what) {
  return {file.path, index + 1, std::move(what)};
}

/// Only the command line prints. Test programs may: ctest collects it.
bool may_print(File const& file) { return !file.below("src") || file.below("src/cli"); }

/// The headers that only one file may include.
std::vector<Finding> banned_headers(File const& file) {
  std::vector<Finding> found;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::string_view line = file.lines[i];
    if (!line.starts_with("#include")) continue;
    if (line.contains("<nlohmann/") && file.path != "src/base/json_text.cpp")
      found.push_back(at(file, i, "nlohmann's headers stay inside src/base/json_text.cpp"));
    if (line.contains("<regex>") || line.contains("<coroutine>"))
      found.push_back(at(file, i, "this header is not used here"));
    if (line.contains("<iostream>") && !may_print(file))
      found.push_back(at(file, i, "only the command line prints"));
  }
  return found;
}

}  // namespace

std::vector<Finding> long_lines(File const& file) {
  std::vector<Finding> found;
  if (!is_code(file)) return found;
  for (std::size_t i = 0; i < file.lines.size(); ++i)
    if (std::size_t wide = columns(file.lines[i]); wide > most_columns)
      found.push_back(at(file, i, std::to_string(wide) + " columns; at most 100"));
  return found;
}

std::vector<Finding> tabs(File const& file) {
  std::vector<Finding> found;
  for (std::size_t i = 0; i < file.lines.size(); ++i)
    if (file.lines[i].contains('\t')) found.push_back(at(file, i, "a tab; indent with blanks"));
  return found;
}

std::vector<Finding> long_file(File const& file) {
  if (!is_code(file) || file.lines.size() <= most_file_lines) return {};
  return {{file.path, 0, std::to_string(file.lines.size()) + " lines; split it, at most 600"}};
}

std::vector<Finding> long_functions(File const& file) {
  std::vector<Finding> found;
  if (!file.is_cpp()) return found;
  for (auto const& function : functions_of(code_of(file.lines)))
    if (function.lines > most_function_lines)
      found.push_back({file.path, function.begin,
                       std::to_string(function.lines) +
                           " lines in one function; at most 70: " + function.head.substr(0, 80)});
  return found;
}

std::vector<Finding> banned_code(File const& file) {
  if (!file.is_cpp()) return {};
  std::vector<Finding> found = banned_headers(file);
  auto code = code_of(file.lines);
  for (std::size_t i = 0; i < code.size(); ++i)
    for (auto const& ban : bans)
      if (!(ban.prints && may_print(file)) &&
          find_word(code[i], ban.word) != std::string_view::npos)
        found.push_back(at(file, i, std::string(ban.word) + ": " + std::string(ban.why)));
  return found;
}

std::vector<Finding> open_ends(File const& file) {
  // In two parts, so that this file keeps the rule.
  static std::array<std::string, 2> const marks = {
      "TO"
      "DO",
      "FIX"
      "ME"};
  std::vector<Finding> found;
  for (std::size_t i = 0; i < file.lines.size(); ++i)
    for (auto const& mark : marks)
      if (find_word(file.lines[i], mark) != std::string_view::npos)
        found.push_back(at(file, i, mark + ": do it, or say in an issue that it is not done"));
  return found;
}

std::vector<Finding> private_paths(File const& file) {
  static std::array<std::string, 4> const roots = {
      "/ho"
      "me/",
      "/ro"
      "ot/",
      "/Us"
      "ers/",
      "/wo"
      "rk/"};
  std::vector<Finding> found;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::string_view line = file.lines[i];
    for (auto const& root : roots) {
      auto start = line.find(root);
      if (start == std::string_view::npos) continue;
      // Inside a longer path or an address the word is an ordinary name.
      bool begins = start == 0 || std::string_view(" \"'`=(:,").contains(line[start - 1]);
      bool anyone = line.substr(start + root.size()).starts_with("user");
      if (begins && !anyone) found.push_back(at(file, i, "a path of one machine: " + root));
    }
  }
  return found;
}

}  // namespace sluice::tidy
