#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/reader.hpp"
#include "plan/plan.hpp"

namespace sluice::dialect::native {

/// What a file says about one function: all of it optional, so that a target can say some of it
/// differently.
struct FunctionSettings {
  std::optional<std::string> function;  ///< its name in AWS, or ARN
  std::optional<std::string> alias;
  std::optional<plan::Package> package;
  std::optional<std::string> staging;          ///< bucket/prefix
  json::Value configuration = json::Object{};  ///< under AWS's own names
  std::optional<std::map<std::string, std::string>> tags;
  std::optional<int> reserved_concurrency;
  std::optional<std::string> alias_description;
  std::optional<std::string> version_description;
  std::optional<plan::Release::MissingAlias> missing_alias;
  std::optional<bool> heal_to_primary;
  std::optional<bool> restore_latest;
  std::optional<bool> delete_created;
  std::optional<bool> delete_candidate;
  std::optional<int> keep_versions;
  std::optional<Duration> drain;
  /// Where each member of the configuration, `package` and `staging` were typed.
  std::map<std::string, config::Span> places;
};

/// Takes the keys of a function's settings; other keys of the mapping are left alone.
FunctionSettings read_settings(config::MapReader& reader);
/// The keys read_settings takes.
std::vector<std::string> const& settings_keys();

/// `over` where it says something, else `base`. Environment variables and tags are merged by name.
FunctionSettings overlaid(FunctionSettings base, FunctionSettings const& over);

/// Reports what cannot be together: an image with a runtime, too many bytes of environment, ….
void check_settings(FunctionSettings const& settings, config::Diagnostics& diagnostics);

/// `key` is the function's name in the file.
plan::Release release_of(FunctionSettings const& settings, std::string const& target,
                         std::string const& key);

}  // namespace sluice::dialect::native
