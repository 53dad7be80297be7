#pragma once

#include <string>
#include <vector>

#include "dialect/codedeploy/app_spec.hpp"
#include "dialect/codedeploy/configurations.hpp"
#include "plan/plan.hpp"

namespace sluice::dialect::codedeploy {

/// The longest time a deployment may take: 48 h of shifting and an hour per hook (CodeDeploy
/// quotas).
inline constexpr Duration deployment_limit = std::chrono::hours(50);
/// After which a hook that nobody reported has failed (CodeDeploy quotas, lifecycle event).
inline constexpr Duration hook_limit = std::chrono::hours(1);
inline constexpr std::size_t alarms_limit = 50;  ///< per deployment (CodeDeploy quotas)

/// One deployment of a function: all that its plan is made from. The command line fills it from a
/// file and options, a server from an application, a group and a revision. Every member has the
/// value that the service uses where nobody says otherwise.
struct Deployment {
  /// The plan's name, under which its runs are listed and which supersedes nothing: the group's for
  /// a server. Empty: the function's.
  std::string name;
  std::string description;
  std::string source_name;  ///< for messages: the file's path, or the revision in words

  AppSpec spec;                   ///< as read_app_spec gave it; current_version may be empty
  std::string configuration;      ///< the deployment configuration's name, for views
  TrafficRouting routing;         ///< what that name stands for, within its bounds
  plan::Target target;            ///< account, region and role; its name is overwritten
  std::vector<plan::Lock> locks;  ///< what the run holds from start to end; a group's, an alias's

  /// CloudWatch alarms, at most alarms_limit, each once: watched from the first step to the last,
  /// hooks included, but not while a rollback runs. None: nothing is watched.
  std::vector<std::string> alarms;
  bool ignore_unread_alarms = false;  ///< ignorePollAlarmFailure: goes on where they are unreadable

  /// Automatic rollback, by what ended the deployment (AutoRollbackEvent). Without it the alias
  /// stays as it is: split, on the old version or on the new one.
  bool roll_back_on_failure = false;  ///< DEPLOYMENT_FAILURE: everything but the two below
  bool roll_back_on_alarm = false;    ///< DEPLOYMENT_STOP_ON_ALARM
  bool roll_back_on_stop = false;     ///< DEPLOYMENT_STOP_ON_REQUEST

  /// From the invocation of a hook to its report; 1 s to hook_limit.
  Duration hook_timeout = hook_limit;
  /// Whether something can receive PutLifecycleEventHookExecutionStatus. False: hooks are invoked
  /// synchronously, and how the function ends decides.
  bool hooks_reported = true;

  // Sluice's own; off, because clients of the service would not expect them.
  bool fails_with_function = false;  ///< a hook fails at once where its function itself fails
  bool tells_versions = false;       ///< a hook's payload names function, alias and both versions
  bool heal_to_primary = false;      ///< an alias left split is first put on its own version
  /// What follows where somebody else moves the alias meanwhile. False: a failure like any other.
  /// True: a person is asked for hold_timeout whether to go on; then it is a failure.
  bool hold_external_change = false;
  Duration hold_timeout = std::chrono::hours(1);
};

/// The nodes of the plan, for views. The first and the last of the three are there only where the
/// AppSpec names a hook.
inline constexpr std::string_view release_scope_path = "release";
inline constexpr std::string_view before_hook_path = "release/BeforeAllowTraffic";
inline constexpr std::string_view allow_traffic_path = "release/AllowTraffic";
inline constexpr std::string_view after_hook_path = "release/AfterAllowTraffic";
inline constexpr std::string_view alarms_path = "release/!alarms";

/// The plan of a deployment:
///
///     release                   compensation: restore, by a run of its own; guard: alarms
///       prepare                 reads the alias only; checks the versions
///       BeforeAllowTraffic      hook
///       AllowTraffic
///         shift-10, wait, …     what schedule_of says
///         finish
///       AfterAllowTraffic       hook
///
/// A rollback is a deployment of its own, as in the service: a linked run. Alarms fail as
/// `verification`, like a hook that was reported as failed; what each of them leads to is told
/// apart where that differs. What an alarm's state could not be read for is a failure.
/// Pauses count from the first shift, so that what comes late does not add up.
plan::Plan plan_of(Deployment const& deployment);

}  // namespace sluice::dialect::codedeploy
