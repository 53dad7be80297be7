#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/parse.hpp"
#include "cli/terminal.hpp"
#include "config/diagnostic.hpp"

/// The files that give options their usual values: which there are, and what they say. Every one is
/// a mapping from a setting's key to its value, in YAML. A bad file is refused as a whole, with the
/// place of every problem in it.
namespace sluice::cli {

/// The name of a project's file. It cannot be taken for a release file: it begins with a dot, and
/// folders that are searched for a release file pass it over.
constexpr std::string_view project_file_name = ".sluice.yaml";

/// A value as a file says it; folders are absolute.
struct Configured {
  std::string value;
  config::Span place;
};

struct ConfigFile {
  Origin::Kind kind = Origin::Kind::project;  ///< project, user or system
  std::filesystem::path path;  ///< where it is, or would be; empty: there is no place for it
  bool found = false;
  bool elsewhere = false;  ///< a project's file that the current folder would not lead to
  std::map<std::string, Configured, std::less<>> values;
};

/// Which release file a command works on; none: the project is that of the current folder.
struct Workplace {
  std::optional<std::filesystem::path> release;  ///< a file or a folder
};

/// The project's file for something in `folder`: there or in the nearest parent that has one, up to
/// the root of the repository (the folder with `.git`). Outside of a repository only the folder
/// itself counts, so that a file in a shared parent such as /tmp has no say.
std::optional<std::filesystem::path> find_project_file(std::filesystem::path const& folder);

/// All three, strongest first, found or not. User: $XDG_CONFIG_HOME/sluice/config.yaml, by default
/// in ~/.config. System: /etc/sluice/config.yaml, or what SLUICE_SYSTEM_CONFIG names.
///
/// What is wrong inside a file goes to `diagnostics`. An error: a file that cannot be read, that is
/// no regular file, or that somebody else could have written: owned by neither this user nor root
/// (nor the release file's owner), or writable by everybody.
Result<std::vector<ConfigFile>> read_config_files(Variables const& environment,
                                                  Workplace const& workplace,
                                                  config::Diagnostics& diagnostics);

}  // namespace sluice::cli
