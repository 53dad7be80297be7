#include "dialect/codedeploy/deployment.hpp"

#include <cstdio>

#include "dialect/target_tree.hpp"
#include "dialect/unique_names.hpp"
#include "plan/steps.hpp"

namespace sluice::dialect::codedeploy {
namespace {

using plan::ActionKind;
using plan::ErrorClass;
using plan::Node;

constexpr char target_name[] = "default";

std::string weight_text(double weight) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", weight);
  return text;
}

plan::Release release_of(Deployment const& deployment) {
  AppSpec const& spec = deployment.spec;
  plan::Release release;
  release.id = std::string(target_name) + "/" + plain_function_name(spec.function);
  release.target = target_name;
  release.function = spec.function;
  release.alias = spec.alias;
  release.given_baseline = spec.current_version;
  release.given_candidate = spec.target_version;
  release.heal_to_primary = deployment.heal_to_primary;
  return release;
}

plan::FailureRule rule(std::vector<ErrorClass> classes, bool roll_back) {
  plan::FailureRule rule;
  rule.classes = std::move(classes);
  rule.action.kind = roll_back ? ActionKind::roll_back : ActionKind::fail;
  return rule;
}

/// An alarm and a hook that was reported as failed are both a failed verification. Where only one
/// of the two is a reason to roll back, that one says so itself, and the scope lets the other be.
bool are_told_apart(Deployment const& deployment) {
  return deployment.roll_back_on_alarm != deployment.roll_back_on_failure;
}

Node hook(Deployment const& deployment, std::string const& release, char const* event,
          std::string const& function) {
  plan::HookStep step;
  step.release = release;
  step.event = event;
  step.function = function;
  step.timeout = deployment.hook_timeout;
  step.reported = deployment.hooks_reported;
  step.fails_with_function = deployment.fails_with_function;
  step.tells_versions = deployment.tells_versions;
  Node node = plan::leaf(event, step);
  if (are_told_apart(deployment) && deployment.roll_back_on_failure)
    node.on_failure = {rule({ErrorClass::verification}, true)};
  return node;
}

Node allow_traffic(TrafficRouting const& routing, std::string const& release) {
  UniqueNames names;
  std::vector<Node> steps;
  auto add = [&](std::string const& name, auto const& step, std::string title) {
    steps.push_back(plan::leaf(names.unique(name), step));
    steps.back().title = std::move(title);
  };
  auto last = [&] { return plan::child_path(allow_traffic_path, steps.back().name); };
  Duration before{};
  std::string since;  // the first shift, then the pause before
  for (Shift const& shift : schedule_of(routing)) {
    Duration wait = shift.after - before;
    if (wait.count() > 0) {
      add("wait", plan::PauseStep{wait, {}, since}, "wait " + text_of(wait));
      since = last();
    }
    before = shift.after;
    std::string weight = weight_text(shift.weight);
    add("shift-" + weight, plan::ShiftStep{release, shift.weight}, "shift to " + weight + " %");
    if (since.empty()) since = last();
  }
  add("finish", plan::FinishStep{release}, "");
  return plan::sequence("AllowTraffic", std::move(steps));
}

std::vector<plan::FailureRule> rules_of(Deployment const& deployment) {
  std::vector<plan::FailureRule> rules;
  if (deployment.hold_external_change) {
    plan::FailureRule held;
    held.classes = {ErrorClass::external_change};
    held.action.kind = ActionKind::ask;
    held.action.choices = {ActionKind::retry, ActionKind::roll_back, ActionKind::fail};
    held.action.timeout = deployment.hold_timeout;
    plan::Action after;
    after.kind = deployment.roll_back_on_failure ? ActionKind::roll_back : ActionKind::fail;
    held.action.then = {after};
    rules.push_back(std::move(held));
  }
  if (are_told_apart(deployment)) rules.push_back(rule({ErrorClass::verification}, false));
  rules.push_back(rule({}, deployment.roll_back_on_failure));
  return rules;
}

Node alarms(Deployment const& deployment) {
  Node guard = plan::leaf(
      "alarms", plan::AlarmsStep{target_name, deployment.alarms, deployment.ignore_unread_alarms});
  if (are_told_apart(deployment) && deployment.roll_back_on_alarm)
    guard.on_failure = {rule({ErrorClass::verification}, true)};
  return guard;
}

Node release_node(Deployment const& deployment, std::string const& release) {
  AppSpec const& spec = deployment.spec;
  std::vector<Node> stages;
  stages.push_back(plan::leaf("prepare", plan::PrepareStep{release, plan::PrepareLevel::traffic}));
  if (!spec.before_hook.empty())
    stages.push_back(hook(deployment, release, "BeforeAllowTraffic", spec.before_hook));
  stages.push_back(allow_traffic(deployment.routing, release));
  if (!spec.after_hook.empty())
    stages.push_back(hook(deployment, release, "AfterAllowTraffic", spec.after_hook));
  Node scope = plan::sequence(std::string(release_scope_path), std::move(stages));
  scope.timeout = plan::Timeout{deployment_limit, plan::Timeout::Counts::wall};
  if (!deployment.alarms.empty()) scope.guards.push_back(alarms(deployment));
  scope.on_failure = rules_of(deployment);
  scope.compensation.push_back(plan::leaf("restore", plan::RestoreStep{release}));
  scope.as_linked_run = true;
  scope.stay_on_stop = !deployment.roll_back_on_stop;
  return scope;
}

}  // namespace

plan::Plan plan_of(Deployment const& deployment) {
  plan::Plan plan;
  plan.name =
      deployment.name.empty() ? plain_function_name(deployment.spec.function) : deployment.name;
  plan.dialect = "codedeploy";
  plan.source_name = deployment.source_name;
  plan.description = deployment.description;
  plan.external_change = deployment.hold_external_change ? plan::ExternalChange::hold
                                                         : plan::ExternalChange::roll_back;
  plan.hold_timeout = deployment.hold_timeout;
  plan.locks = deployment.locks;
  plan.context = json::Value{{"deployment_configuration", deployment.configuration}};
  plan.targets.push_back(deployment.target);
  plan.targets.back().name = target_name;
  plan::Release release = release_of(deployment);
  plan.root = plan::sequence("root", {release_node(deployment, release.id)});
  plan.releases.push_back(std::move(release));
  return plan;
}

}  // namespace sluice::dialect::codedeploy
