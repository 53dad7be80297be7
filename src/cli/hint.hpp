#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "cli/parse.hpp"

/// Commands that the program prints for a person to run. They can be run as printed: each repeats
/// the options of `line` that say which journal and which AWS are meant (Option::place), as far as
/// it takes them. Pure.
namespace sluice::cli {

/// "watch d-7QK2M9XTA" → "sluice watch d-7QK2M9XTA --state ./journal". `words` begins with the name
/// of a command.
std::string command_hint(Parsed const& line, std::string_view words);

/// The same for every command named in a text that was written where the line is not known. The
/// options go behind the command's name, since only that can be told apart from the sentence:
/// "sluice resume --state ./journal d-7QK2M9XTA goes on with it".
std::string runnable(Parsed const& line, std::string_view text);

/// The lines of a report, those that are a command and nothing else made runnable.
std::vector<std::string> runnable_lines(Parsed const& line, std::vector<std::string> lines);

/// A report for programs, the commands in its members `hint` and `commands` made runnable at any
/// depth.
json::Value runnable_json(Parsed const& line, json::Value report);

/// One word of a shell's command line: quoted where it must be.
std::string shell_word(std::string_view text);

}  // namespace sluice::cli
