#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>

#include "base/guarded.hpp"
#include "base/process.hpp"
#include "local/runtime/runner.hpp"

namespace sluice::local {

/// What runs a unit's code.
enum class Language { node, python, bootstrap };

/// invalid_input with the way out where Sluice cannot run that runtime (Java, .NET, Ruby, images).
Result<Language> language_of(CodeUnit const& unit);

/// Finds `node` and `python3` once. Wrappers that choose a version (shims) are asked what they
/// would run, so that a function starts the real program, without its user's settings. Thread-safe.
class Interpreters {
 public:
  explicit Interpreters(std::string search_path) : search_path_(std::move(search_path)) {}
  /// not_found, with what to install, where there is none.
  Result<std::filesystem::path> find(Language language, std::string const& runtime);

 private:
  std::string search_path_;
  Guarded<std::map<Language, std::filesystem::path>> found_;
};

/// Where one process finds its things.
struct Place {
  std::filesystem::path code;         ///< LAMBDA_TASK_ROOT
  std::filesystem::path layers;       ///< as /opt; may be empty
  std::filesystem::path loops;        ///< LAMBDA_RUNTIME_DIR
  std::filesystem::path interpreter;  ///< empty for a bootstrap
  std::string runtime_api;            ///< host:port
  std::string log_stream;
  std::string endpoint_url;
  std::array<std::string, 3> credentials;
};

/// The variables of a process: the user's, over those a user may replace, under the reserved ones
/// (Lambda, "Defined runtime environment variables").
std::map<std::string, std::string> environment_of(CodeUnit const& unit, Place const& place);
ProcessOptions launch_of(CodeUnit const& unit, Language language, Place const& place);

/// "2026/01/02/[7]0123…", as Lambda names a process's log stream.
std::string log_stream_name(Time now, std::string const& version, std::string const& id);

}  // namespace sluice::local
