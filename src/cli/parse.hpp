#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"

namespace sluice::cli {

/// Where the value of a setting comes from, strongest first.
struct Origin {
  enum class Kind { line, environment, project, user, system };
  Kind kind = Kind::line;
  std::string text;  ///< "--state", "SLUICE_STATE", "/srv/shop/.sluice.yaml:2:8"
  /// Of a project's file: another command typed in the current folder would not find it.
  bool elsewhere = false;
};

/// A command line taken apart.
struct Parsed {
  enum class Help { none, brief, full };

  Command const* command = nullptr;  ///< none: the program itself (help only)
  Help help = Help::none;
  std::map<std::string, std::vector<std::string>, std::less<>> options;  ///< flags: one ""
  std::vector<std::string> positionals;
  /// Of the options that were not typed: the environment or a file gave them (settings.hpp).
  std::map<std::string, Origin, std::less<>> origins;
  /// The setting `state` where the command has no such option: whose local endpoint is meant.
  std::string usual_state;

  bool has(std::string_view option) const { return options.contains(option); }
  /// On the line itself.
  bool typed(std::string_view option) const { return has(option) && !origins.contains(option); }
  /// "--region", or what gave it instead: for messages about its value.
  std::string place_of(std::string_view option) const;
  /// The last one given, or `otherwise`.
  std::string value(std::string_view option, std::string_view otherwise = {}) const;
  std::optional<std::string> maybe(std::string_view option) const;
  std::vector<std::string> values(std::string_view option) const;
  /// Empty where there are not so many.
  std::string positional(std::size_t index) const;
};

/// What is wrong with a command line, with the nearest thing that would be right.
struct UsageError {
  std::string message;
  std::string hint;
  Command const* command = nullptr;  ///< whose help to point at
};

/// `words`: without the program's own name. Grammar: long and short options, `--name=value`,
/// `-xVALUE`, joined short flags, `--` ends options, `-` is an argument. -h and --help count
/// anywhere in front of `--`. Pure.
std::expected<Parsed, UsageError> parse(std::vector<std::string> const& words);

}  // namespace sluice::cli
