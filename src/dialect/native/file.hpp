#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/reader.hpp"
#include "dialect/compile.hpp"
#include "dialect/native/settings.hpp"
#include "dialect/native/strategy.hpp"
#include "dialect/native/values.hpp"
#include "plan/plan.hpp"

namespace sluice::dialect::native {

struct FunctionSpec {
  std::string key;  ///< its name in the file
  config::Span span;
  FunctionSettings settings;
};

struct TargetSpec {
  plan::Target target;
  config::Span span;            ///< of its name
  std::vector<Word> after;      ///< targets that come first
  std::vector<Word> functions;  ///< only these, in this order; none: every one
  std::vector<FunctionSpec> overrides;
  Steps strategy, before, after_release;
  std::optional<Duration> work_timeout;
  plan::AlarmsStep alarms;  ///< its target is filled in; no names: none are watched
};

/// A file in the native form: read and typed, names not looked up yet.
struct NativeFile {
  std::string name;
  std::string description;
  std::vector<FunctionSpec> functions;
  std::vector<TargetSpec> targets;
  std::optional<std::vector<plan::Lock>> locks;           ///< none: the usual ones
  plan::Lock::Busy when_busy = plan::Lock::Busy::reject;  ///< of the usual ones
  plan::ExternalChange external_change = plan::ExternalChange::hold;
  Duration hold_timeout = plan::Plan().hold_timeout;
  Duration rollback_patience = plan::Plan().rollback_patience;
};

/// `usual_busy` holds where the file does not say `when_busy`.
NativeFile read_file(config::Node const& root, plan::Lock::Busy usual_busy,
                     config::Diagnostics& diagnostics);

/// Checks what belongs together and makes the plan of the targets that `options` choose.
plan::Plan build_plan(NativeFile const& file, CompileOptions const& options,
                      config::Diagnostics& diagnostics);

}  // namespace sluice::dialect::native
