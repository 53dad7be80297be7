#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "plan/plan.hpp"

/// The kinds of steps and what each is given. Dialects build steps with these; executors read the
/// same structs back after expressions were resolved. Every `release` is a Release's id.
namespace sluice::plan {

/// How much prepare may read (design E5): `traffic` the alias only, `full` everything.
enum class PrepareLevel { traffic, full };

/// Reads what is there, records the baseline, and makes it restorable before the first write.
struct PrepareStep {
  std::string release;
  PrepareLevel level = PrepareLevel::full;
};

/// Code and configuration into one new version; nothing where nothing differs.
struct PublishStep {
  std::string release;
};

/// The candidate's share of the alias's traffic. 100 makes it the alias's version and clears
/// weights.
struct ShiftStep {
  std::string release;
  double weight = 100;  ///< percent, 0–100
};

/// After the last shift: a missing alias, tags, concurrency, alias description; states the end
/// place.
struct FinishStep {
  std::string release;
};

/// Traffic back to the baseline first, then what else this run changed (design E5).
struct RestoreStep {
  std::string release;
};

/// Deletes a candidate that a rollback took out of use, where nothing uses it any more.
struct CleanUpStep {
  std::string release;
};

/// Deletes versions that nothing names any more (Release::keep_versions).
struct PruneStep {
  std::string release;
};

/// Waits. `skip` and `promote` end it.
struct PauseStep {
  Duration duration{};
  /// Skipped where none of these releases moves its traffic in steps; none named: always waits.
  std::vector<std::string> releases = {};
  /// The path of a step before it, from whose end it counts; empty: from its own start. From an
  /// earlier pause it counts from when that was to end, so that what comes late does not add up: in
  /// a linear schedule the first pause names the first shift, and each later one the pause before
  /// it. What is late by more than half of `duration` (a run that was held up or paused, capacity
  /// that took its time) begins the count anew: no two shifts come closer than that.
  std::string since = {};
};

/// Waits for a person.
struct ApprovalStep {
  std::string message;
  std::vector<std::string> roles;  ///< any one of them suffices; none: anyone who may operate
  std::optional<Duration> expiration;
  bool other_than_requester = false;  ///< whoever asked for the run cannot approve; may reject
};

/// One HTTP request; the answer's status decides.
struct WebhookStep {
  std::string name;
  std::string method = "POST";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  int retries = 0;        ///< further tries when the connection cannot be made
  bool callback = false;  ///< waits for a callback; needs a server
};

/// Invokes a function and lets its answer decide.
struct InvokeStep {
  std::string release;   ///< invokes the candidate version directly; or empty, with `function`
  std::string target;    ///< with `function`
  std::string function;  ///< name or ARN, with qualifier
  std::string payload = "{}";
  bool idempotent = true;  ///< may be repeated when the answer was lost
  Duration timeout = std::chrono::seconds(900);
};

/// Watches the candidate's errors against the baseline's for a while and decides.
struct CheckStep {
  std::string release;
  Duration duration{};           ///< how long the weight is watched; fails early, passes at its end
  int min_requests = 20;         ///< of the candidate
  double max_error_rate = 0.05;  ///< share, 0–1
  Duration no_data_grace{};      ///< how long to hold for missing data after `duration`
  bool roll_back_on_no_data = true;  ///< false: asks a person
  std::optional<Duration> lag;       ///< none: three minutes on AWS, the endpoint's own locally
};

/// Warns of traffic that does not pass through the alias, and looks whether the alias has
/// provisioned concurrency that shifts have to wait for. Never fails.
struct BypassCheckStep {
  std::string release;
};

/// Invokes a function of a release's lifecycle, once, and waits until its execution is reported as
/// succeeded or failed (CodeDeploy API, PutLifecycleEventHookExecutionStatus).
struct HookStep {
  std::string release;   ///< whose lifecycle
  std::string event;     ///< "BeforeAllowTraffic", "AfterAllowTraffic"
  std::string function;  ///< name or ARN
  Duration timeout = std::chrono::hours(1);
  /// False: nothing can be reported. It is invoked synchronously, and how it ends decides.
  bool reported = true;
  bool fails_with_function = false;  ///< a reported one also fails where the function itself fails
  bool tells_versions = false;  ///< its payload names function, alias and both versions as well
};

/// Watches alarms of CloudWatch as a guard: fails as soon as one of them is in ALARM.
struct AlarmsStep {
  std::string target;
  std::vector<std::string> names;
  bool ignore_unread = false;  ///< goes on where their states cannot be read
};

json::Value to_json(PrepareStep const& step);
json::Value to_json(PublishStep const& step);
json::Value to_json(ShiftStep const& step);
json::Value to_json(FinishStep const& step);
json::Value to_json(RestoreStep const& step);
json::Value to_json(CleanUpStep const& step);
json::Value to_json(PruneStep const& step);
json::Value to_json(PauseStep const& step);
json::Value to_json(ApprovalStep const& step);
json::Value to_json(WebhookStep const& step);
json::Value to_json(InvokeStep const& step);
json::Value to_json(CheckStep const& step);
json::Value to_json(BypassCheckStep const& step);
json::Value to_json(HookStep const& step);
json::Value to_json(AlarmsStep const& step);

PrepareStep prepare_step(json::Value const& input);
PublishStep publish_step(json::Value const& input);
ShiftStep shift_step(json::Value const& input);
FinishStep finish_step(json::Value const& input);
RestoreStep restore_step(json::Value const& input);
CleanUpStep clean_up_step(json::Value const& input);
PruneStep prune_step(json::Value const& input);
PauseStep pause_step(json::Value const& input);
ApprovalStep approval_step(json::Value const& input);
WebhookStep webhook_step(json::Value const& input);
InvokeStep invoke_step(json::Value const& input);
CheckStep check_step(json::Value const& input);
BypassCheckStep bypass_check_step(json::Value const& input);
HookStep hook_step(json::Value const& input);
AlarmsStep alarms_step(json::Value const& input);

/// A leaf of the step's own kind: "prepare", "publish", "shift", "finish", "restore", "pause",
/// "approval", "webhook", "invoke", "check", "bypass_check", "clean_up",
/// "prune", "hook", "alarms".
Node leaf(std::string name, PrepareStep const& step);
Node leaf(std::string name, PublishStep const& step);
Node leaf(std::string name, ShiftStep const& step);
Node leaf(std::string name, FinishStep const& step);
Node leaf(std::string name, RestoreStep const& step);
Node leaf(std::string name, CleanUpStep const& step);
Node leaf(std::string name, PruneStep const& step);
Node leaf(std::string name, PauseStep const& step);
Node leaf(std::string name, ApprovalStep const& step);
Node leaf(std::string name, WebhookStep const& step);
Node leaf(std::string name, InvokeStep const& step);
Node leaf(std::string name, CheckStep const& step);
Node leaf(std::string name, BypassCheckStep const& step);
Node leaf(std::string name, HookStep const& step);
Node leaf(std::string name, AlarmsStep const& step);

/// The rules that every release scope has: what an external change means (design E3; to hold it for
/// a person ends by itself after `hold_timeout`), and that everything else rolls the scope back.
std::vector<FailureRule> release_rules(ExternalChange policy, Duration hold_timeout);

}  // namespace sluice::plan
