#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/document.hpp"
#include "plan/plan.hpp"

namespace sluice::dialect {

/// A folder or zip that a release needs from this machine.
struct LocalPackage {
  plan::Package package;
  config::Span place;  ///< where the file names it
};

/// What an AppSpec of CodeDeploy cannot say and its deployment needs. Other forms of files refuse
/// it.
struct AppSpecOptions {
  /// A predefined name, or "canary:PERCENT:MINUTES", "linear:PERCENT:MINUTES"; none: all at once.
  std::optional<std::string> configuration;
  std::optional<Duration> hook_timeout;  ///< 1 s to 1 h; none: 1 h
  std::vector<std::string> alarms;       ///< CloudWatch alarms to be watched
  bool roll_back = true;  ///< when it fails, an alarm rings or it is stopped; else the alias stays
  bool hooks_reported = false;  ///< something can receive the reports of hooks
};

struct CompileOptions {
  std::map<std::string, std::string> set;  ///< --set k=v, --add-context k=v
  std::vector<std::string> targets;        ///< --target: only these; empty: all
  bool strict = false;                     ///< unknown keys are errors in every dialect
  /// What follows where another run holds a lock, in native files that do not say it.
  plan::Lock::Busy when_busy = plan::Lock::Busy::reject;
  std::optional<std::string> application;  ///< overrides the file's own name
  AppSpecOptions app_spec;
  /// Told of every local package of the chosen targets, also where the file has other problems, so
  /// that the caller, who may look at files, can report all of them together.
  std::function<void(LocalPackage const&)> on_local_package;
};

/// One dialect's front end. Pure: it reads no file, clock or environment; local packages stay paths
/// (Package::Kind::folder, zip) until the caller stores them.
class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual std::string_view name() const = 0;
  /// The top-level keys it is recognised by, for the message about a file nobody recognises.
  virtual std::vector<std::string> keys() const = 0;
  /// Whether a document looks like this dialect's, judged by its top-level keys only.
  virtual bool recognises(config::Document const& document) const = 0;
  /// None when there were errors; every problem of the file is in `diagnostics`.
  virtual std::optional<plan::Plan> compile(config::Document const& document,
                                            CompileOptions const& options,
                                            config::Diagnostics& diagnostics) const = 0;
};

/// Every dialect, the most specific first.
std::vector<Dialect const*> all_dialects();

/// Parses the text, finds its dialect and compiles it; checks the plan with plan::problems_of.
std::optional<plan::Plan> compile(std::shared_ptr<config::Source const> source,
                                  CompileOptions const& options, config::Diagnostics& diagnostics);

}  // namespace sluice::dialect
