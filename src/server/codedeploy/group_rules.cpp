#include "server/codedeploy/group_rules.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/strings.hpp"
#include "server/codedeploy/limits.hpp"

namespace sluice::server::codedeploy {
namespace {

constexpr std::size_t longest_alarm = 255;
constexpr std::size_t longest_shown = 300;

constexpr std::array<std::string_view, 3> rollback_events = {
    "DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"};
constexpr std::array<std::string_view, 10> trigger_events = {
    "DeploymentStart",    "DeploymentSuccess", "DeploymentFailure", "DeploymentStop",
    "DeploymentRollback", "DeploymentReady",   "InstanceStart",     "InstanceSuccess",
    "InstanceFailure",    "InstanceReady"};

std::string shown(std::string const& text) { return printable(text.substr(0, longest_shown)); }

std::unexpected<Fault> wrong_alarms(std::string message) {
  return refuse("InvalidAlarmConfig", std::move(message));
}
std::unexpected<Fault> wrong_trigger(std::string message) {
  return refuse("InvalidTriggerConfig", std::move(message));
}

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "arn:aws:sns:eu-west-1:123456789012:releases", of the Region that the group is in.
bool is_topic(std::string const& arn, std::string const& region) {
  auto const parts = split(arn, ':');
  return parts.size() == 6 && parts[0] == "arn" && parts[1].starts_with("aws") &&
         parts[2] == "sns" && parts[3] == region && is_account(parts[4]) && !parts[5].empty();
}

Outcome<void> check_events(json::Value const& trigger) {
  std::string const& name = trigger["triggerName"].as_string();
  if (name.empty()) return wrong_trigger("A trigger needs a name.");
  if (trigger["triggerEvents"].items().empty())
    return wrong_trigger("The trigger '" + shown(name) + "' needs at least one event.");
  for (auto const& event : trigger["triggerEvents"].items())
    if (std::ranges::find(trigger_events, event.as_string()) == trigger_events.end())
      return wrong_trigger("'" + shown(event.as_string()) + "' is no event of triggers.");
  return {};
}

/// A member of another platform, and the exception that it has of its own.
struct Foreign {
  std::string_view member, type;
  std::string_view list = {};  ///< says nothing while this list in it is empty
};
constexpr Foreign foreign[] = {
    {"ec2TagFilters", "InvalidEC2Tag"},
    {"ec2TagSet", "InvalidEC2TagCombination", "ec2TagSetList"},
    {"onPremisesInstanceTagFilters", "InvalidTag"},
    {"onPremisesTagSet", "InvalidOnPremisesTagCombination", "onPremisesTagSetList"},
    {"autoScalingGroups", "InvalidAutoScalingGroup"},
    {"ecsServices", "InvalidECSService"}};

std::unexpected<Fault> not_here(std::string_view type, std::string_view member) {
  return refuse(type,
                "For Lambda deployment group, " + std::string(member) + " can not be specified");
}

}  // namespace

Outcome<void> check_alarms(json::Value const& configuration) {
  auto const& list = configuration["alarms"];
  if (configuration["enabled"].as_bool()) {
    if (list.is_null()) return wrong_alarms("Alarm list cannot be null.");
    if (list.items().empty())
      return wrong_alarms(
          "Deployment Groups need to have at least one alarms attached if they are monitored.");
  }
  if (list.items().size() > limits::alarms)
    return refuse("AlarmsLimitExceeded", "A deployment group has at most 50 alarms.");
  std::set<std::string> names;
  for (auto const& alarm : list.items()) {
    std::string const& name = alarm["name"].as_string();
    if (name.empty()) return wrong_alarms("The name of an alarm is missing.");
    if (characters(name) > longest_alarm)
      return wrong_alarms("The name of an alarm has at most 255 characters.");
    if (!names.insert(name).second)
      return wrong_alarms("The alarm '" + shown(name) + "' stands in the list twice.");
  }
  return {};
}

Outcome<void> check_auto_rollback(json::Value const& configuration) {
  auto const& events = configuration["events"].items();
  if (configuration["enabled"].as_bool() && events.empty())
    return refuse("InvalidAutoRollbackConfig",
                  "Deployment Groups need to have at least one event specified when auto rollback "
                  "is enabled");
  for (auto const& event : events)
    if (std::ranges::find(rollback_events, event.as_string()) == rollback_events.end())
      return refuse("InvalidAutoRollbackConfig",
                    "'" + shown(event.as_string()) +
                        "' is not valid. Valid values are [DEPLOYMENT_FAILURE, "
                        "DEPLOYMENT_STOP_ON_ALARM, DEPLOYMENT_STOP_ON_REQUEST]");
  return {};
}

Outcome<void> check_triggers(json::Value const& list, std::string const& region) {
  for (auto const& trigger : list.items()) {
    std::string const& topic = trigger["triggerTargetArn"].as_string();
    // Clients try again for minutes where they see these words: a topic may have been made just
    // now.
    if (!is_topic(topic, region))
      return wrong_trigger("Topic ARN " + shown(topic) + " is not valid");
  }
  if (list.items().size() > limits::triggers)
    return refuse("TriggerTargetsLimitExceeded",
                  "Deployment Groups cannot contain more than 10 TriggerTargets.");
  std::set<std::string> names, topics;
  for (auto const& trigger : list.items()) {
    if (!names.insert(trigger["triggerName"].as_string()).second)
      return wrong_trigger("Duplicate Trigger target name detected");
    if (!topics.insert(trigger["triggerTargetArn"].as_string()).second)
      return wrong_trigger("Duplicate Trigger target arn detected");
  }
  for (auto const& trigger : list.items())
    if (auto fine = check_events(trigger); !fine) return fine;
  return {};
}

Outcome<void> check_role(std::string const& arn) {
  auto const parts = split(arn, ':');
  bool const role = parts.size() == 6 && parts[0] == "arn" && parts[1].starts_with("aws") &&
                    parts[2] == "iam" && parts[3].empty() && is_account(parts[4]) &&
                    parts[5].starts_with("role/") && !parts[5].ends_with('/');
  if (role) return {};
  return refuse("InvalidRole", "'" + shown(arn) + "' is not the ARN of a role.");
}

Outcome<void> refuse_other_platforms(json::Value const& body) {
  for (auto const& [member, type, list] : foreign) {
    auto const& said = list.empty() ? body[member] : body[member][list];
    if (!said.items().empty()) return not_here(type, member);
  }
  for (auto const& [name, said] : body["loadBalancerInfo"].members())
    if (!said.items().empty()) return not_here("InvalidLoadBalancerInfo", "loadBalancerInfo");
  if (body.contains("blueGreenDeploymentConfiguration"))
    return not_here("InvalidBlueGreenDeploymentConfiguration", "blueGreenDeploymentConfiguration");
  return {};
}

Outcome<void> check_style(json::Value const& style) {
  bool const fits = style["deploymentType"].as_string() == "BLUE_GREEN" &&
                    style["deploymentOption"].as_string() == "WITH_TRAFFIC_CONTROL";
  if (fits) return {};
  return refuse("InvalidDeploymentStyle",
                "For LAMBDA deployment, the deployment type must be BLUE_GREEN, and deployment "
                "option must be WITH_TRAFFIC_CONTROL.");
}

Outcome<void> check_outdated_instances(json::Value const& body) {
  auto const& strategy = body["outdatedInstancesStrategy"];
  bool const fits =
      strategy.is_null() || strategy.as_string() == "UPDATE" || strategy.as_string() == "IGNORE";
  if (fits) return {};
  return refuse("InvalidInput", "'" + shown(strategy.as_string()) +
                                    "' is no outdatedInstancesStrategy. Valid values are [UPDATE, "
                                    "IGNORE]");
}

}  // namespace sluice::server::codedeploy
