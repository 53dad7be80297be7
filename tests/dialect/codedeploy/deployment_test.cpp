#include "dialect/codedeploy/deployment.hpp"

#include <gmock/gmock.h>

#include "plan/steps.hpp"

namespace sluice::dialect::codedeploy {
namespace {

using plan::ActionKind;
using plan::ErrorClass;
using plan::Node;
using std::chrono::minutes;
using Type = TrafficRouting::Type;

Deployment with_hooks() {
  Deployment deployment;
  deployment.spec = {"orders", "live", "7", "8", "before", "after"};
  return deployment;
}

std::vector<std::string> names_below(plan::Plan const& plan, std::string_view path) {
  std::vector<std::string> names;
  Node const* node = plan::find(plan, path);
  if (!node) return names;
  for (auto const& child : node->children) names.push_back(child.name);
  return names;
}

/// Weights and, before each but the first, the minutes waited.
std::vector<double> course_of(plan::Plan const& plan) {
  std::vector<double> course;
  for (auto const& child : plan::find(plan, allow_traffic_path)->children) {
    auto const& input = child.step->input;
    if (child.step->kind == "pause")
      course.push_back(
          std::chrono::duration<double, std::ratio<60>>(plan::pause_step(input).duration).count());
    if (child.step->kind == "shift") course.push_back(plan::shift_step(input).weight);
  }
  return course;
}

TEST(Deployment, HasTheLifecycleOfTheService) {
  plan::Plan plan = plan_of(with_hooks());
  EXPECT_EQ(plan::problems_of(plan), std::vector<std::string>());
  EXPECT_THAT(names_below(plan, ""), testing::ElementsAre("release"));
  EXPECT_THAT(
      names_below(plan, release_scope_path),
      testing::ElementsAre("prepare", "BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"));
  EXPECT_EQ(plan::find(plan, before_hook_path)->step->kind, "hook");
  EXPECT_EQ(plan::find(plan, after_hook_path)->step->kind, "hook");
  EXPECT_EQ(plan::find(plan, alarms_path), nullptr);
  auto prepare = plan::prepare_step(plan::find(plan, "release/prepare")->step->input);
  EXPECT_EQ(prepare.level, plan::PrepareLevel::traffic);
  ASSERT_EQ(plan.releases.size(), 1U);
  EXPECT_EQ(plan.releases[0].given_baseline, "7");
  EXPECT_EQ(plan.releases[0].given_candidate, "8");
  EXPECT_EQ(plan.name, "orders");
}

TEST(Deployment, LeavesOutHooksThatTheAppSpecDoesNotName) {
  Deployment deployment = with_hooks();
  deployment.spec.before_hook.clear();
  EXPECT_THAT(names_below(plan_of(deployment), release_scope_path),
              testing::ElementsAre("prepare", "AllowTraffic", "AfterAllowTraffic"));
  deployment.spec.after_hook.clear();
  EXPECT_THAT(names_below(plan_of(deployment), release_scope_path),
              testing::ElementsAre("prepare", "AllowTraffic"));
}

TEST(Deployment, ShiftsAsItsConfigurationSays) {
  std::pair<TrafficRouting, std::vector<double>> const table[] = {
      {{}, {100}},
      {{Type::canary, 10, 5}, {10, 5, 100}},
      {{Type::canary, 99, 2880}, {99, 2880, 100}},
      {{Type::linear, 30, 2}, {30, 2, 60, 2, 90, 2, 100}},
      {{Type::linear, 50, 3}, {50, 3, 100}},
  };
  for (auto const& [routing, course] : table) {
    Deployment deployment = with_hooks();
    deployment.routing = routing;
    plan::Plan plan = plan_of(deployment);
    EXPECT_EQ(plan::problems_of(plan), std::vector<std::string>());
    EXPECT_EQ(course_of(plan), course);
    EXPECT_EQ(names_below(plan, allow_traffic_path).back(), "finish");
  }
  Deployment deployment = with_hooks();
  deployment.routing = {Type::linear, 1, 28};
  plan::Plan plan = plan_of(deployment);
  EXPECT_EQ(plan::problems_of(plan), std::vector<std::string>());
  EXPECT_EQ(names_below(plan, allow_traffic_path).size(), 100U + 99 + 1);
}

TEST(Deployment, CountsFromItsFirstShift) {
  Deployment deployment = with_hooks();
  deployment.routing = {Type::linear, 30, 2};
  std::vector<std::string> since;
  plan::Plan plan = plan_of(deployment);
  for (auto const& child : plan::find(plan, allow_traffic_path)->children)
    if (child.step->kind == "pause") since.push_back(plan::pause_step(child.step->input).since);
  EXPECT_THAT(since,
              testing::ElementsAre("release/AllowTraffic/shift-30", "release/AllowTraffic/wait",
                                   "release/AllowTraffic/wait-2"));
}

TEST(Deployment, TellsItsHooksWhatTheyNeed) {
  Deployment deployment = with_hooks();
  deployment.hook_timeout = minutes(3);
  deployment.hooks_reported = false;
  deployment.fails_with_function = true;
  deployment.tells_versions = true;
  plan::Plan plan = plan_of(deployment);
  for (auto [path, function] :
       {std::pair(before_hook_path, "before"), std::pair(after_hook_path, "after")}) {
    auto hook = plan::hook_step(plan::find(plan, path)->step->input);
    EXPECT_EQ(hook.release, plan.releases[0].id);
    EXPECT_EQ(hook.event, path.substr(path.find('/') + 1));
    EXPECT_EQ(hook.function, function);
    EXPECT_EQ(hook.timeout, minutes(3));
    EXPECT_FALSE(hook.reported);
    EXPECT_TRUE(hook.fails_with_function);
    EXPECT_TRUE(hook.tells_versions);
  }
}

TEST(Deployment, WatchesItsAlarmsFromBeginningToEnd) {
  Deployment deployment = with_hooks();
  deployment.alarms = {"errors", "latency"};
  deployment.ignore_unread_alarms = true;
  plan::Plan plan = plan_of(deployment);
  EXPECT_EQ(plan::problems_of(plan), std::vector<std::string>());
  auto alarms = plan::alarms_step(plan::find(plan, alarms_path)->step->input);
  EXPECT_EQ(alarms.target, "default");
  EXPECT_EQ(alarms.names, deployment.alarms);
  EXPECT_TRUE(alarms.ignore_unread);
}

/// What the nearest rule for a failure of that node does; as the engine looks for it.
ActionKind on(plan::Plan const& plan, std::string_view failed, ErrorClass error) {
  for (std::string_view at = failed;; at = plan::parent_path(at)) {
    for (auto const& rule : plan::find(plan, at)->on_failure)
      if (rule.classes.empty() || std::ranges::find(rule.classes, error) != rule.classes.end())
        return rule.action.kind;
    if (at.empty()) return ActionKind::ignore;
  }
}

/// What becomes of the deployment: a node that is let fail makes its scope fail alike.
ActionKind outcome(plan::Plan const& plan, std::string_view failed, ErrorClass error) {
  ActionKind first = on(plan, failed, error);
  return first == ActionKind::fail ? on(plan, release_scope_path, error) : first;
}

TEST(Deployment, RollsBackOnlyOnTheEventsThatItNames) {
  for (bool failure : {false, true})
    for (bool alarm : {false, true})
      for (bool stop : {false, true}) {
        SCOPED_TRACE(testing::Message() << failure << alarm << stop);
        Deployment deployment = with_hooks();
        deployment.alarms = {"errors"};
        deployment.roll_back_on_failure = failure;
        deployment.roll_back_on_alarm = alarm;
        deployment.roll_back_on_stop = stop;
        plan::Plan plan = plan_of(deployment);
        EXPECT_EQ(plan::problems_of(plan), std::vector<std::string>());
        auto expected = [](bool back) { return back ? ActionKind::roll_back : ActionKind::fail; };
        EXPECT_EQ(outcome(plan, alarms_path, ErrorClass::verification), expected(alarm));
        EXPECT_EQ(outcome(plan, alarms_path, ErrorClass::denied), expected(failure));
        for (auto hook : {before_hook_path, after_hook_path})
          for (auto error : {ErrorClass::verification, ErrorClass::program, ErrorClass::timeout})
            EXPECT_EQ(outcome(plan, hook, error), expected(failure)) << plan::name_of(error);
        for (auto error : {ErrorClass::denied, ErrorClass::external_change, ErrorClass::timeout,
                           ErrorClass::configuration})
          EXPECT_EQ(outcome(plan, "release/AllowTraffic/shift-100", error), expected(failure));
        EXPECT_EQ(outcome(plan, release_scope_path, ErrorClass::timeout), expected(failure));
        Node const* scope = plan::find(plan, release_scope_path);
        EXPECT_EQ(scope->stay_on_stop, !stop);
        EXPECT_TRUE(scope->as_linked_run);
        EXPECT_EQ(scope->compensation.at(0).step->kind, "restore");
        EXPECT_EQ(scope->timeout->limit, std::chrono::hours(50));
      }
}

TEST(Deployment, AsksAPersonAboutTheChangesOfOthersWhereTheCallerWantsIt) {
  Deployment deployment = with_hooks();
  deployment.hold_external_change = true;
  deployment.hold_timeout = minutes(20);
  for (bool back : {false, true}) {
    deployment.roll_back_on_failure = back;
    plan::Plan plan = plan_of(deployment);
    auto const& rule = plan::find(plan, release_scope_path)->on_failure.at(0);
    EXPECT_EQ(rule.action.kind, ActionKind::ask);
    EXPECT_EQ(rule.action.timeout, minutes(20));
    EXPECT_EQ(rule.action.then.at(0).kind, back ? ActionKind::roll_back : ActionKind::fail);
    EXPECT_EQ(plan::problems_of(plan), std::vector<std::string>());
  }
}

TEST(Deployment, IsWhatItsCallerSays) {
  Deployment deployment = with_hooks();
  deployment.name = "shop/orders-live";
  deployment.source_name = "revision 9f…";
  deployment.configuration = "Weekly";
  deployment.target = {.name = "ignored",
                       .account = "111122223333",
                       .region = "eu-west-1",
                       .role = "arn:aws:iam::111122223333:role/deploy"};
  deployment.locks = {{"group:shop/orders-live", plan::Lock::Busy::queue}};
  deployment.heal_to_primary = true;
  plan::Plan plan = plan_of(deployment);
  EXPECT_EQ(plan.name, "shop/orders-live");
  EXPECT_EQ(plan.dialect, "codedeploy");
  EXPECT_EQ(plan.source_name, "revision 9f…");
  EXPECT_EQ(plan.context["deployment_configuration"].as_string(), "Weekly");
  EXPECT_EQ(plan.targets.at(0).role, "arn:aws:iam::111122223333:role/deploy");
  EXPECT_EQ(plan.releases.at(0).target, plan.targets.at(0).name);
  EXPECT_EQ(plan.locks.at(0).name, "group:shop/orders-live");
  EXPECT_TRUE(plan.releases.at(0).heal_to_primary);
}

}  // namespace
}  // namespace sluice::dialect::codedeploy
