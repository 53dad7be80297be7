#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/environment.hpp"

namespace sluice::aws {

/// One section of the shared files: `key = value` lines, and keys whose indented lines are values
/// of their own (`s3 =` followed by `  addressing_style = path`).
struct Section {
  std::map<std::string, std::string> values;
  std::map<std::string, std::map<std::string, std::string>> nested;

  std::optional<std::string> get(std::string const& key) const;
};

/// Reads the ini dialect of the AWS shared files. `path` is for messages: "PATH:LINE: …".
Result<std::map<std::string, Section>> parse_ini(std::string_view text, std::string const& path);

/// The shared config and credentials files, read once.
struct Profiles {
  std::string config_path, credentials_path;  ///< where they were looked for
  bool config_found = false, credentials_found = false;
  std::map<std::string, Section> profiles;  ///< keys of the credentials file win
  std::map<std::string, Section> services;  ///< `[services NAME]`

  /// AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/config and ~/.aws/credentials.
  /// A file that does not exist is no error; one that cannot be read or understood is.
  static Result<Profiles> read(Environment const& environment);

  Section const* find(std::string const& name) const;
  std::vector<std::string> names() const;
  /// "FILE (not there) and FILE", for messages.
  std::string places() const;
};

/// The profile in force: the explicit one, else AWS_PROFILE, else AWS_DEFAULT_PROFILE, else
/// "default".
struct ProfileChoice {
  std::string name;
  bool is_explicit = false;  ///< given as an option: environment keys are then skipped
  std::string from;          ///< "--profile", "AWS_PROFILE", "the default"
};
ProfileChoice choose_profile(std::optional<std::string> const& given,
                             Environment const& environment);

}  // namespace sluice::aws
