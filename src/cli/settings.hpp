#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/config_file.hpp"

/// What options are when the line does not give them: flag, then environment, then the project's
/// file, the user's and the machine's. The settings are those options of the table of commands that
/// have a key (Option::setting); nothing else lists them.
namespace sluice::cli {

struct Setting {
  std::string_view key;
  Option const* option;  ///< of the first command that has it
  /// The values of any command; one that does not know a value goes by its own default.
  std::vector<std::string_view> choices;
};

std::vector<Setting> const& all_settings();
Setting const* find_setting(std::string_view key);
/// Whether any command has an option of that name.
bool is_option(std::string_view name);

/// A value and what says it.
struct Said {
  std::string value;  ///< of a flag "true" or "false"
  Origin origin;
};

/// Everything besides the line that says something about a setting, strongest first. An error: a
/// variable with a value that cannot be; it names the variable.
Result<std::vector<Said>> said_about(Setting const& setting, Variables const& environment,
                                     std::vector<ConfigFile> const& files);

/// Gives the options of the line's command that were not typed their values, and says in
/// `line.origins` where those are from.
Result<void> apply_settings(Parsed& line, Variables const& environment,
                            std::vector<ConfigFile> const& files);

/// The folder or file that decides which project's file a line means: its release file.
Workplace workplace_of(Parsed const& line);

}  // namespace sluice::cli
