#include <gmock/gmock.h>

#include "config/render.hpp"
#include "dialect/armory/armory.hpp"
#include "dialect/armory/armory_files.hpp"
#include "plan/steps.hpp"

// What the command line adds to a file, and what the plan's shape promises.
namespace sluice::dialect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> names_of(std::vector<plan::Node> const& nodes) {
  std::vector<std::string> names;
  for (auto const& node : nodes) names.push_back(node.name);
  return names;
}

std::string body_of(plan::Plan const& plan) {
  plan::Node const* node = plan::find(plan, "prod/after/tell");
  return node ? node->step->input["body"].as_string() : "no such node";
}

/// The body of the webhook is one variable, which file, step and command line may set.
std::string with_context(std::string const& step_context) {
  std::string text = edited(base_text(), "{inline: done}", "{inline: '{{context.team}}'}");
  return edited(text, "{name: tell}", "{name: tell" + step_context + "}");
}

TEST(ArmoryContext, OfTheFileIsSeenByItsWebhooks) {
  EXPECT_EQ(body_of(plan_of(with_context(""))), "billing");
}

TEST(ArmoryContext, OfTheStepWinsOverTheFiles) {
  EXPECT_EQ(body_of(plan_of(with_context(", context: {team: night}"))), "night");
  EXPECT_EQ(body_of(plan_of(with_context(", context: [{team: night}, {zone: eu}]"))), "night");
}

TEST(ArmoryContext, OfTheCommandLineWinsOverBoth) {
  CompileOptions options;
  options.set = {{"team", "day"}, {"ticket", "T-1"}};
  plan::Plan plan = plan_of(with_context(", context: {team: night}"), options);
  EXPECT_EQ(body_of(plan), "day");
  EXPECT_EQ(plan.context["context"]["team"].as_string(), "day");
  EXPECT_EQ(plan.context["context"]["ticket"].as_string(), "T-1");
  auto const& input = plan::find(plan, "prod/after/tell")->step->input;
  EXPECT_EQ(input["context"]["ticket"].as_string(), "T-1");
}

TEST(ArmoryApplication, IsOverriddenByTheCommandLine) {
  CompileOptions options;
  options.application = "mailer at night";
  for (auto const& text : {base_text(), edited(base_text(), "application: mailer\n", "")}) {
    plan::Plan plan = plan_of(text, options);
    EXPECT_EQ(plan.name, "mailer at night");
    ASSERT_EQ(plan.locks.size(), 1u);
    EXPECT_EQ(plan.locks[0].name, "application:mailer at night");
  }
}

TEST(ArmoryApplication, IsTheLockThatASecondReleaseMeets) {
  using Busy = plan::Lock::Busy;
  EXPECT_EQ(plan_of(base_text()).locks[0].busy, Busy::reject);
  std::string queued = edited(base_text(), "  timeout: {duration: 20, unit: minutes}",
                              "  ifDeploymentInProgress: {strategy: enqueueone}");
  EXPECT_EQ(plan_of(queued).locks[0].busy, Busy::enqueue_one);
}

TEST(ArmoryTargets, ThatAreFilteredOutCountAsDone) {
  CompileOptions options;
  options.targets = {"prod"};
  plan::Plan plan = plan_of(base_text(), options);
  ASSERT_THAT(names_of(plan.root.children), ElementsAre("prod"));
  EXPECT_THAT(plan.root.children[0].needs, IsEmpty());
  ASSERT_EQ(plan.releases.size(), 1u);
  EXPECT_EQ(plan.releases[0].id, "prod/mailer");
  EXPECT_FALSE(plan.context["accounts"].contains("test"));
}

TEST(ArmoryTargets, OfTheCommandLineReplaceTheFilesFilter) {
  std::string text = edited(base_text(), "version: v1", "targetFilters: [{includeTarget: test}]");
  EXPECT_THAT(names_of(plan_of(text).root.children), ElementsAre("test"));
  CompileOptions options;
  options.targets = {"prod"};
  EXPECT_THAT(names_of(plan_of(text, options).root.children), ElementsAre("prod"));
}

TEST(ArmoryTargets, ThatAreNotDeclaredAreRefused) {
  CompileOptions options;
  options.targets = {"prdo"};
  std::string shown = reported(base_text(), options);
  EXPECT_THAT(shown, HasSubstr("--target names \"prdo\", which is not declared"));
  EXPECT_THAT(shown, HasSubstr("did you mean \"prod\"?"));
}

TEST(ArmoryPlan, HasTargetsThatGoOnWhenAnotherFails) {
  plan::Plan plan = plan_of(base_text());
  EXPECT_EQ(plan.root.kind, plan::NodeKind::graph);
  EXPECT_EQ(plan.root.on_child_failure, plan::OnChildFailure::carry_on);
  EXPECT_THAT(plan.root.children[1].needs, ElementsAre("test"));
  EXPECT_THAT(names_of(plan.root.children[1].children), ElementsAre("before", "release", "after"));
}

TEST(ArmoryPlan, EndsAGateAtItsFirstFailure) {
  plan::Plan plan = plan_of(base_text());
  for (char const* gate : {"prod/before", "prod/after"}) {
    plan::Node const* node = plan::find(plan, gate);
    ASSERT_TRUE(node);
    EXPECT_EQ(node->kind, plan::NodeKind::parallel);
    EXPECT_EQ(node->on_child_failure, plan::OnChildFailure::cancel);
  }
}

/// A failed gate must not find a rule or a compensation on its way up: nothing is rolled back.
TEST(ArmoryPlan, RollsBackOnlyWhatFailsInsideTheRelease) {
  plan::Plan plan = plan_of(base_text());
  for (char const* path : {"", "prod", "prod/before", "prod/after", "prod/after/tell"}) {
    plan::Node const* node = plan::find(plan, path);
    ASSERT_TRUE(node);
    EXPECT_TRUE(node->on_failure.empty()) << path;
    EXPECT_TRUE(node->compensation.empty()) << path;
  }
  plan::Node const* release = plan::find(plan, "prod/release");
  ASSERT_TRUE(release);
  EXPECT_EQ(release->on_failure.back().action.kind, plan::ActionKind::roll_back);
  EXPECT_EQ(release->compensation.size(), 1u);
}

TEST(ArmoryPlan, BoundsTheWorkOnATargetAndNotItsWaiting) {
  auto limit_of = [](std::string const& text) {
    plan::Plan plan = plan_of(text);
    auto const& timeout = plan::find(plan, "prod/release")->timeout;
    EXPECT_TRUE(timeout && timeout->counts == plan::Timeout::Counts::work);
    return timeout->limit;
  };
  EXPECT_EQ(limit_of(base_text()), std::chrono::minutes(20));
  EXPECT_EQ(limit_of(edited(base_text(), "  timeout: {duration: 20, unit: minutes}", "  {}")),
            std::chrono::minutes(30));
}

TEST(ArmoryPlan, CompletesTo100PercentAndCreatesAMissingAliasLast) {
  plan::Plan plan = plan_of(base_text());
  auto names = names_of(plan::find(plan, "prod/release")->children);
  EXPECT_THAT(names, ElementsAre("prepare", "bypass-check", "publish", "shift-10", "pause",
                                 "analysis", "shift-50", "shift-100", "finish"));
  EXPECT_EQ(plan.releases[0].missing_alias, plan::Release::MissingAlias::create_at_end);
}

TEST(ArmoryPlan, ExecutesDecreasingWeightsAsWritten) {
  plan::Plan plan = plan_of(edited(base_text(), "{weight: 50}", "{weight: 5}"));
  EXPECT_EQ(plan::shift_step(plan::find(plan, "prod/release/shift-5")->step->input).weight, 5);
}

TEST(ArmoryPlan, GoesStraightTo100PercentWithoutAStrategy) {
  std::string text = edited(base_text(), "    strategy: split\n  prod", "  prod");
  plan::Plan plan = plan_of(text);
  EXPECT_THAT(names_of(plan::find(plan, "test/release")->children),
              ElementsAre("prepare", "bypass-check", "publish", "shift-100", "finish"));
}

TEST(ArmoryPlan, TakesAnAccountOnlyFromItsOwnNumber) {
  plan::Plan plan = plan_of(edited(base_text(), "account: mail-test", "account: '210987654321'"));
  EXPECT_EQ(plan.target("test")->account, "210987654321");
  EXPECT_EQ(plan.target("prod")->account, "");
  EXPECT_EQ(plan.context["accounts"]["prod"].as_string(), "mail");
}

TEST(ArmoryRecognition, IsByTheKeysAtTheTop) {
  struct Case {
    char const* text;
    bool expected;
  };
  for (auto const& [text, expected] : {
           Case{"{kind: lambda, application: a}", true},
           Case{"{kind: LAMBDA, targets: {}}", true},
           Case{"{kind: kubernetes, application: a, targets: {}}", true},
           Case{"{application: a, targets: {}, manifests: []}", true},
           Case{"{targets: {}, providerOptions: {}}", true},
           Case{"{kind: Deployment, spec: {}}", false},
           Case{"{function: orders, targets: {}, strategies: {}}", false},
           Case{"{pipeline: {}}", false},
           Case{"[kind, lambda]", false},
       }) {
    config::Diagnostics diagnostics;
    auto document = config::parse("release.yaml", text, diagnostics);
    ASSERT_TRUE(document) << text;
    EXPECT_EQ(armory_dialect().recognises(*document), expected) << text;
  }
}

}  // namespace
}  // namespace sluice::dialect
