#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/diagnostic.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"

/// AWS CodeDeploy for functions: AppSpec files and what a deployment of one is.
namespace sluice::dialect::codedeploy {

/// What an AppSpec for functions says (CodeDeploy User Guide, AppSpec file reference).
struct AppSpec {
  std::string function;         ///< name or ARN, without a version or alias
  std::string alias;            ///< whose traffic moves; has to exist
  std::string current_version;  ///< on which the alias has to be; empty: left out
  std::string target_version;
  std::string before_hook;  ///< function that BeforeAllowTraffic invokes: name or ARN; empty: none
  std::string after_hook;   ///< the same of AfterAllowTraffic
  friend bool operator==(AppSpec const&, AppSpec const&) = default;
};

/// What a reader lets pass that the service does not.
struct AppSpecRules {
  bool current_version_required = true;
  bool same_version = false;  ///< CurrentVersion may equal TargetVersion
  /// Of keys that mean nothing in an AppSpec. An unknown hook is always an error.
  config::Unknown unknown = config::Unknown::warning;
};

/// Whether a document looks like an AppSpec of any platform, judged by its keys at the top.
bool looks_like_app_spec(config::Document const& document);

/// Reads a document. The keys of the format count in any case. None where there were errors; every
/// problem is in `diagnostics`.
std::optional<AppSpec> read_app_spec(config::Document const& document, AppSpecRules const& rules,
                                     config::Diagnostics& diagnostics);

/// Parses a text as JSON where its first character that is not blank is '{', which may be indented
/// with tabs then, and else as YAML; and reads it.
std::optional<AppSpec> read_app_spec(config::SourcePtr const& source, AppSpecRules const& rules,
                                     config::Diagnostics& diagnostics);

/// The function's name of a name, a partial ARN (ACCOUNT:function:NAME) or an ARN, each with
/// `qualifier` also followed by a version or alias. Empty: it is none of them (Lambda API,
/// FunctionName).
std::string_view function_name_in(std::string_view reference, bool qualifier);

}  // namespace sluice::dialect::codedeploy
