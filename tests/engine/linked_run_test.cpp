#include <gmock/gmock.h>

#include "base/strings.hpp"
#include "engine/core_play.hpp"
#include "engine/events.hpp"
#include "engine/rehearsal.hpp"

namespace sluice {
namespace {

using namespace engine;
using std::chrono::minutes;
using std::chrono::seconds;
using test::CorePlay;

/// A step that is approved, and one behind it that is rejected; rolled back by a linked run.
plan::Plan linked_plan() {
  plan::Plan plan;
  plan.name = "orders";
  plan::Node scope = plan::sequence("release", {plan::leaf("ask", plan::ApprovalStep{})});
  plan::FailureRule back;
  back.action.kind = plan::ActionKind::roll_back;
  scope.on_failure = {back};
  scope.compensation = {test::probe("undo")};
  scope.as_linked_run = true;
  plan.root = plan::sequence("root", {test::probe("first"), scope, test::probe("behind")});
  plan.locks = {{"alias:orders", plan::Lock::Busy::queue}};
  return plan;
}

class LinkedRun : public testing::Test {
 protected:
  void SetUp() override {
    auto started = play.start_plan(linked_plan());
    ASSERT_TRUE(started) << started.error().text();
    first = started->run;
    play.run_for(seconds(0));
  }
  void reject() { ASSERT_TRUE(play.core().signal(first, {"reject", "", "tester", "", {}})); }
  std::string linked() { return play.row(first).summary["linked_run"].as_string(); }

  CorePlay play;
  std::string first;
};

TEST_F(LinkedRun, OneCommitEndsTheRunAndBeginsTheOneThatRollsItBack) {
  play.probe().on_next = [](StepContext& context) -> Move {
    if (in_compensation(context.path) && context.record.memory.is_null())
      return Park{context.now + minutes(1), "the alias", json::Value(true), true};
    return Done{};
  };
  reject();
  play.run_for(seconds(0));
  // Then the run has ended, names its successor, and holds nothing any more
  auto second = linked();
  ASSERT_FALSE(second.empty());
  EXPECT_EQ(play.row(first).state, "failed");
  EXPECT_EQ(play.state_of(first).linked_run, second);
  EXPECT_EQ(play.events(first).back().body["linked_run"].as_string(), second);
  EXPECT_EQ(play.holder("alias:orders"), second);
  // And the other one names it, and does the compensation and nothing else
  EXPECT_EQ(play.row(second).summary["linked_from"].as_string(), first);
  EXPECT_TRUE(play.row(second).rolling_back);
  EXPECT_EQ(play.state_of(second).node("release/~undo").status, NodeStatus::parked);
  play.run_for(minutes(2));
  auto state = play.state_of(second);
  EXPECT_EQ(state.end_state, "rolled_back");
  EXPECT_FALSE(play.row(second).rolling_back);
  EXPECT_EQ(state.node("release").status, NodeStatus::rolled_back);
  EXPECT_EQ(state.node("first").status, NodeStatus::succeeded);
  EXPECT_FALSE(state.node("first").started);
  EXPECT_EQ(state.node("behind").attempt, 0);
  EXPECT_EQ(play.state_of(first).node("behind").attempt, 0);
  EXPECT_EQ(play.holder("alias:orders"), "");
}

TEST_F(LinkedRun, TheLockPassesToItAndNotToWhoeverWaits) {
  auto waiting = play.start_plan(linked_plan());
  ASSERT_TRUE(waiting && waiting->queued);
  play.probe().on_next = [](StepContext& context) -> Move {
    if (in_compensation(context.path)) return Park{std::nullopt, "ever", {}, true};
    return Done{};
  };
  reject();
  play.run_for(seconds(2));
  EXPECT_EQ(play.holder("alias:orders"), linked());
  EXPECT_EQ(play.state_of(waiting->run).queued->behind, linked());
}

TEST_F(LinkedRun, AStopHandsOverAsWell) {
  ASSERT_TRUE(play.stop(first));
  play.run_for(seconds(1));
  EXPECT_EQ(play.row(first).state, "stopped");
  EXPECT_EQ(play.row(linked()).state, "rolled_back");
}

TEST_F(LinkedRun, ItCannotBeStoppedItself) {
  play.probe().on_next = [](StepContext&) -> Move { return Park{std::nullopt, "ever", {}, true}; };
  reject();
  play.run_for(seconds(0));
  EXPECT_FALSE(play.stop(linked()));
}

TEST_F(LinkedRun, SurvivesTheProcess) {
  play.probe().on_next = [](StepContext& context) -> Move {
    if (context.record.memory.is_null())
      return Park{context.now + minutes(1), "the alias", json::Value(true), true};
    return Done{};
  };
  reject();
  play.run_for(seconds(0));
  auto second = linked();
  play.restart({second});
  play.run_for(minutes(2));
  EXPECT_EQ(play.row(second).state, "rolled_back");
}

TEST_F(LinkedRun, ACommitWhoseAnswerWasLostBeginsOneRun) {
  reject();
  play.fail_commits(false, true);
  play.run_for(seconds(5));
  play.fail_commits(false, false);
  play.run_for(seconds(5));
  EXPECT_EQ(play.row(linked()).state, "rolled_back");
  EXPECT_EQ(play.state_of(first).linked_run, linked());
  EXPECT_EQ(play.runs().size(), 2u);
}

TEST_F(LinkedRun, WhatCannotBeWrittenIsTriedAgain) {
  reject();
  play.fail_commits(true, false);
  play.run_for(seconds(3));
  EXPECT_EQ(play.runs().size(), 1u);
  EXPECT_TRUE(play.core().frozen());
  play.fail_commits(false, false);
  play.run_for(seconds(3));
  EXPECT_EQ(play.row(linked()).state, "rolled_back");
  EXPECT_FALSE(play.core().frozen());
}

TEST_F(LinkedRun, ACompensationThatFailsNeedsAPerson) {
  play.probe().on_next = [](StepContext&) -> Move {
    return Failed{plan::ErrorClass::program, "broken", ""};
  };
  reject();
  play.run_for(seconds(1));
  EXPECT_EQ(play.row(linked()).state, "needs_person");
}

TEST(LinkedRelease, TheBaselineIsRestoredByTheOtherRun) {
  // Given a function whose alias was shifted to a tenth
  test::Rehearsal rehearsal;
  std::string file =
      "function: orders\nregion: eu-west-1\nalias: live\nruntime: nodejs20.x\n"
      "handler: index.handler\nrole: arn:aws:iam::000000000000:role/orders\npackage: CODE.zip\n";
  rehearsal.run(replace_all(file, "CODE", "one"));
  auto plan = rehearsal.plan(replace_all(file, "CODE", "two") +
                             "strategy: [{shift: 10}, {approve: go on}]\n");
  plan.root.children.at(0).children.at(0).as_linked_run = true;
  auto started = rehearsal.engine().start({plan, "tester", {}, {}, {}}, rehearsal.services());
  ASSERT_TRUE(started) << started.error().text();
  rehearsal.until_asked(started->run);
  // When somebody stops it
  ASSERT_TRUE(rehearsal.engine().signal(started->run, {"rollback", "", "tester", "", {}}));
  auto ended = rehearsal.wait(started->run);
  ASSERT_FALSE(ended.state.linked_run.empty());
  auto last = rehearsal.wait(ended.state.linked_run);
  // Then another run has put the traffic back
  EXPECT_EQ(last.state.end_state, "rolled_back");
  EXPECT_EQ(last.state.releases.at("default/orders")["place"].as_string(), "on_baseline");
  auto alias = rehearsal.lambda().get_alias("orders", "live");
  EXPECT_EQ(alias->function_version, "1");
  EXPECT_TRUE(alias->weights.empty());
}

}  // namespace
}  // namespace sluice
