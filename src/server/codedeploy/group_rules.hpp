#pragma once

#include "server/codedeploy/request.hpp"

/// What a group of functions may be told (CodeDeploy API, CreateDeploymentGroup and
/// UpdateDeploymentGroup).
namespace sluice::server::codedeploy {

/// AlarmConfiguration. InvalidAlarmConfigException, AlarmsLimitExceededException. Deployments that
/// bring one of their own are checked by it, too.
Outcome<void> check_alarms(json::Value const& configuration);
/// AutoRollbackConfiguration. InvalidAutoRollbackConfigException.
Outcome<void> check_auto_rollback(json::Value const& configuration);
/// A list of TriggerConfig. InvalidTriggerConfigException, TriggerTargetsLimitExceededException.
/// Whether the topics exist is not asked.
Outcome<void> check_triggers(json::Value const& list, std::string const& region);
/// The ARN of a role. InvalidRoleException.
Outcome<void> check_role(std::string const& arn);

/// Members that are there for servers and containers: refused where they say anything.
Outcome<void> refuse_other_platforms(json::Value const& body);
/// DeploymentStyle, where there is one. InvalidDeploymentStyleException.
Outcome<void> check_style(json::Value const& style);
/// "UPDATE" or "IGNORE". InvalidInputException.
Outcome<void> check_outdated_instances(json::Value const& body);

}  // namespace sluice::server::codedeploy
