#include "engine/play.hpp"

namespace sluice::test {
namespace {

using plan::NodeKind;
using plan::OnChildFailure;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Tree, ASequenceRunsItsChildrenOneAfterTheOther) {
  Play play(plan::sequence("root", {leaf("a"), leaf("b")}));
  EXPECT_EQ(play.active(), Paths{"a"});
  play.succeed("a");
  EXPECT_EQ(play.active(), Paths{"b"});
  play.succeed("b");
  EXPECT_EQ(play.end(), "succeeded");
}

TEST(Tree, WhatStandsBehindAFailureIsSkippedUnlessItAlwaysRuns) {
  auto always = leaf("c");
  always.when = "always";
  Play play(plan::sequence("root", {leaf("a"), leaf("b"), always}));
  play.fail("a");
  EXPECT_EQ(play.of("b"), "skipped");
  EXPECT_EQ(play.active(), Paths{"c"});
  play.succeed("c");
  EXPECT_EQ(play.end(), "failed");
}

TEST(Tree, AConditionSkips) {
  auto never = leaf("a");
  never.when = false;
  auto late = leaf("b");
  late.when = plan::to_json(plan::Expression{"pointer@1", "/nodes/first/go"});
  Play play(plan::sequence("root", {never, leaf("first"), late}));
  EXPECT_EQ(play.of("a"), "skipped");
  play.succeed("first", json::Value{{"go", true}});
  EXPECT_EQ(play.active(), Paths{"b"});
}

TEST(Tree, AnExpressionThatCannotBeEvaluatedFailsItsStep) {
  auto step = leaf("a");
  step.step->input.set("x", plan::to_json(plan::Expression{"none@1", "?"}));
  Play play(plan::sequence("root", {step}));
  EXPECT_EQ(play.of("a"), "failed");
  EXPECT_EQ(play.state().node("a").error, plan::ErrorClass::configuration);
  EXPECT_EQ(play.end(), "failed");
}

TEST(Tree, ARunThatWasPausedBeforeItBeganEndsWhenItIsStopped) {
  plan::Plan plan;
  plan.root = plan::sequence("root", {leaf("a")});
  engine::RunState state;
  std::int64_t seq = 0;
  auto tell = [&](std::string type, json::Value body) {
    engine::apply(state, plan, {++seq, Time{}, std::move(type), std::move(body), 1});
  };
  tell(engine::event::run_created, json::Value{{"requester", "tester"}});
  tell(engine::event::run_queued, json::Value{{"lock", "team"}, {"behind", "d-OTHER0000"}});
  tell(engine::event::signal, json::Value{{"kind", "pause"}, {"by", "ann"}});
  tell(engine::event::locks_taken, json::Object{});
  EXPECT_FALSE(engine::decide(plan, state, {}, Time{}));
  tell(engine::event::stopping, json::Value{{"reason", "asked"}, {"by", "ann"}});
  auto next = engine::decide(plan, state, {}, Time{});
  ASSERT_TRUE(next);
  EXPECT_EQ(next->type, engine::event::run_ended);
  EXPECT_EQ(next->body["state"].as_string(), "stopped");
}

struct Together {
  OnChildFailure mode;
  bool ends_b, starts_c;
};

class Parallel : public testing::TestWithParam<Together> {};

TEST_P(Parallel, TreatsTheOthersAsItsModeSays) {
  // Given a loop of three with room for two, so that one runs and one has not begun
  plan::Node loop;
  loop.name = "root";
  loop.kind = NodeKind::loop;
  loop.children.push_back(leaf("body"));
  loop.loop = plan::Loop{json::array({"a", "b", "c"}), 2};
  loop.on_child_failure = GetParam().mode;
  Play play(loop);
  ASSERT_EQ(play.active(), (Paths{"[a]", "[b]"}));
  // When one fails
  play.fail("[a]");
  // Then
  EXPECT_EQ(play.ending("[b]"), GetParam().ends_b);
  EXPECT_EQ(play.of("[c]"), GetParam().starts_c ? "running" : "skipped");
  if (play.ending("[b]"))
    play.cancelled("[b]");
  else
    play.succeed("[b]");
  if (GetParam().starts_c) play.succeed("[c]");
  EXPECT_EQ(play.end(), "failed");
}

INSTANTIATE_TEST_SUITE_P(Modes, Parallel,
                         testing::Values(Together{OnChildFailure::cancel, true, false},
                                         Together{OnChildFailure::finish, false, false},
                                         Together{OnChildFailure::carry_on, false, true}));

TEST(Tree, AGraphStartsWhatHasWhatItNeeds) {
  auto b = leaf("b"), c = leaf("c");
  b.needs = {"a"};
  c.needs = {"b"};
  auto root = plan::graph("root", {leaf("a"), b, c, leaf("d")});
  root.on_child_failure = OnChildFailure::carry_on;
  Play play(root);
  EXPECT_EQ(play.active(), (Paths{"a", "d"}));
  play.succeed("a");
  EXPECT_EQ(play.active(), (Paths{"b", "d"}));
  play.fail("b");
  EXPECT_EQ(play.of("c"), "skipped");
  EXPECT_EQ(play.active(), Paths{"d"});
  play.succeed("d");
  EXPECT_EQ(play.end(), "failed");
}

TEST(Tree, ALoopNeverHasMoreAtWorkThanItMay) {
  plan::Node loop;
  loop.name = "loop";
  loop.kind = NodeKind::loop;
  auto body = leaf("body");
  body.step->input.set("it", plan::to_json(plan::Expression{"pointer@1", "/item"}));
  loop.children.push_back(body);
  loop.loop = plan::Loop{json::array({"x", "x", "a/b"}), 1};
  Play play(plan::sequence("root", {loop}));
  EXPECT_EQ(play.active(), Paths{"loop/[x]"});
  EXPECT_EQ(play.state().node("loop/[x]").input["it"].as_string(), "x");
  play.succeed("loop/[x]");
  EXPECT_EQ(play.active(), Paths{"loop/[x-2]"});
  play.succeed("loop/[x-2]");
  EXPECT_EQ(play.active(), Paths{"loop/[a_b]"});
  play.succeed("loop/[a_b]");
  EXPECT_EQ(play.end(), "succeeded");
}

TEST(Tree, ALoopOverNothingSucceeds) {
  plan::Node loop;
  loop.name = "loop";
  loop.kind = NodeKind::loop;
  loop.children.push_back(leaf("body"));
  loop.loop = plan::Loop{json::Value(json::Array{}), 1};
  Play play(plan::sequence("root", {loop}));
  EXPECT_EQ(play.end(), "succeeded");
}

TEST(Tree, AnItemWithATildeIsNoCompensation) {
  plan::Node loop;
  loop.name = "loop";
  loop.kind = NodeKind::loop;
  loop.children.push_back(leaf("body"));
  loop.loop = plan::Loop{json::array({"a~b"}), 1};
  Play play(plan::sequence("root", {loop}));
  play.tell(engine::event::signal, json::Value{{"kind", "pause"}});
  EXPECT_FALSE(engine::in_compensation("loop/[a~b]"));
  EXPECT_TRUE(engine::in_compensation("loop/~undo/x"));
  EXPECT_TRUE(engine::in_compensation("~undo"));
  play.stop(false);
  EXPECT_TRUE(play.ending("loop/[a~b]"));
}

TEST(Tree, AGuardRunsBesideItsNodeAndCanFailIt) {
  auto scope = plan::sequence("scope", {leaf("a"), leaf("b")});
  scope.guards.push_back(leaf("alarm"));
  Play play(plan::sequence("root", {scope}));
  EXPECT_EQ(play.active(), (Paths{"scope/!alarm", "scope/a"}));
  play.fail("scope/!alarm", plan::ErrorClass::verification);
  EXPECT_TRUE(play.ending("scope/a"));
  play.cancelled("scope/a");
  EXPECT_EQ(play.of("scope"), "failed");
  EXPECT_EQ(play.state().node("scope").error, plan::ErrorClass::verification);
  EXPECT_EQ(play.of("scope/b"), "pending");
  EXPECT_EQ(play.end(), "failed");
}

TEST(Tree, AGuardEndsWithWhatItGuards) {
  auto scope = plan::sequence("scope", {leaf("a")});
  scope.guards.push_back(leaf("alarm"));
  Play play(plan::sequence("root", {scope}));
  play.park("scope/!alarm");
  play.succeed("scope/a");
  EXPECT_EQ(play.of("scope/!alarm"), "cancelled");
  EXPECT_EQ(play.end(), "succeeded");
}

TEST(Tree, AWallTimeoutCountsEverything) {
  auto step = leaf("a");
  step.timeout = plan::Timeout{minutes(1), plan::Timeout::Counts::wall};
  Play play(plan::sequence("root", {step}));
  play.park("a");
  play.pass(seconds(59));
  EXPECT_EQ(play.of("a"), "parked");
  play.pass(seconds(1));
  EXPECT_EQ(play.of("a"), "failed");
  EXPECT_EQ(play.state().node("a").error, plan::ErrorClass::timeout);
}

TEST(Tree, AWorkTimeoutLeavesParkedTimeOut) {
  auto step = leaf("a");
  step.timeout = plan::Timeout{minutes(1), plan::Timeout::Counts::work};
  Play play(plan::sequence("root", {step}));
  play.pass(seconds(30));
  play.park("a");
  play.pass(minutes(10));
  EXPECT_EQ(play.of("a"), "parked");
  play.tell(engine::event::node_woken, json::Value{{"node", "a"}});
  play.pass(seconds(29));
  EXPECT_FALSE(play.ending("a"));
  play.pass(seconds(1));
  EXPECT_TRUE(play.ending("a"));
}

TEST(Tree, NothingStartsWhileTheRunIsPaused) {
  Play play(plan::sequence("root", {leaf("a"), leaf("b")}));
  play.tell(engine::event::signal, json::Value{{"kind", "pause"}});
  play.succeed("a");
  EXPECT_EQ(play.active(), Paths{});
  EXPECT_EQ(engine::next_due(play.plan(), play.state(), Time{}), std::nullopt);
  play.tell(engine::event::signal, json::Value{{"kind", "continue"}});
  EXPECT_EQ(play.active(), Paths{"b"});
}

TEST(Tree, PromotingLeavesOutWaitsAndChecksButNoApproval) {
  plan::Plan plan;
  auto root = plan::sequence("root", {leaf("a"), plan::leaf("wait", plan::PauseStep{minutes(1)}),
                                      plan::leaf("ask", plan::ApprovalStep{}), leaf("b")});
  Play play(root);
  play.tell(engine::event::signal, json::Value{{"kind", "promote"}, {"by", "tester"}});
  play.succeed("a");
  EXPECT_EQ(play.of("wait"), "skipped");
  EXPECT_EQ(play.active(), Paths{"ask"});
}

}  // namespace
}  // namespace sluice::test
