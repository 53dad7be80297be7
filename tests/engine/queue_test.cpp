#include <gmock/gmock.h>

#include "engine/core_play.hpp"
#include "engine/events.hpp"

namespace sluice {
namespace {

using namespace engine;
using std::chrono::minutes;
using std::chrono::seconds;
using test::CorePlay;
using Busy = plan::Lock::Busy;

/// Waits for an approval, and is rolled back by a probe.
plan::Plan plan_for(Busy busy, std::vector<std::string> const& locks = {"alias:orders"}) {
  plan::Plan plan;
  plan.name = "orders";
  plan::Node scope = plan::sequence("release", {plan::leaf("ask", plan::ApprovalStep{})});
  scope.compensation = {test::probe("undo")};
  plan.root = plan::sequence("root", {scope});
  for (auto const& lock : locks) plan.locks.push_back({lock, busy});
  return plan;
}

class Queue : public testing::Test {
 protected:
  Started start(Busy busy, std::vector<std::string> const& locks = {"alias:orders"}) {
    auto started = play.start_plan(plan_for(busy, locks));
    EXPECT_TRUE(started) << started.error().text();
    play.run_for(seconds(0));
    return *started;
  }
  void finish(std::string const& run) {
    auto sent = play.core().signal(run, {"approve", "", "tester", "", {}});
    ASSERT_TRUE(sent) << sent.error().text();
    play.run_for(seconds(0));
    ASSERT_EQ(play.state_of(run).end_state, "succeeded");
  }
  void expect_begun(std::string const& run) {
    EXPECT_EQ(play.row(run).state, "running");
    EXPECT_FALSE(play.state_of(run).queued);
    EXPECT_EQ(play.state_of(run).node("release/ask").status, NodeStatus::parked);
  }
  void expect_waits(std::string const& run, std::string const& behind) {
    EXPECT_EQ(play.row(run).state, "queued");
    EXPECT_EQ(play.row(run).summary["queued"]["behind"].as_string(), behind);
    ASSERT_TRUE(play.state_of(run).queued);
    EXPECT_EQ(play.state_of(run).queued->behind, behind);
    EXPECT_TRUE(play.state_of(run).nodes.empty());
  }

  CorePlay play;
};

TEST_F(Queue, RejectingNamesTheHolderAndWritesNothing) {
  auto first = start(Busy::reject);
  auto second = start(Busy::reject);
  ASSERT_TRUE(second.busy);
  EXPECT_EQ(second.busy->run, first.run);
  EXPECT_EQ(second.busy->lock, "alias:orders");
  EXPECT_TRUE(second.run.empty());
}

TEST_F(Queue, RejectingNamesTheHolderAlsoWhereOthersWait) {
  auto first = start(Busy::queue);
  start(Busy::queue);
  EXPECT_EQ(start(Busy::reject).busy->run, first.run);
}

TEST_F(Queue, AQueuedRunBeginsWhenTheHolderEnds) {
  auto first = start(Busy::queue);
  auto second = start(Busy::queue);
  // Given a run that is told behind whom it waits
  ASSERT_TRUE(second.queued);
  EXPECT_EQ(second.queued->run, first.run);
  expect_waits(second.run, first.run);
  EXPECT_EQ(play.events(second.run).back().type, event::run_queued);
  // When the holder ends
  finish(first.run);
  // Then it has the lock and goes on by itself
  expect_begun(second.run);
  EXPECT_EQ(play.holder("alias:orders"), second.run);
}

TEST_F(Queue, FirstComeFirstServed) {
  auto first = start(Busy::queue);
  auto second = start(Busy::queue);
  auto third = start(Busy::queue);
  expect_waits(third.run, second.run);
  finish(first.run);
  expect_begun(second.run);
  expect_waits(third.run, second.run);
  finish(second.run);
  expect_begun(third.run);
}

TEST_F(Queue, LocksAreTakenAllOrNoneAndNobodyOvertakes) {
  auto a = start(Busy::queue, {"a"});
  auto b = start(Busy::queue, {"b"});
  auto both = start(Busy::queue, {"a", "b"});
  // Given one that wants two locks, and one behind it that wants the second of them
  auto later = start(Busy::queue, {"b"});
  expect_waits(both.run, a.run);
  expect_waits(later.run, both.run);
  // When the second is free
  finish(b.run);
  // Then it is kept for the one that waits longer, who takes nothing by halves
  EXPECT_EQ(play.holder("b"), "");
  expect_waits(later.run, both.run);
  finish(a.run);
  expect_begun(both.run);
  EXPECT_EQ(play.holder("a"), both.run);
  EXPECT_EQ(play.holder("b"), both.run);
}

TEST_F(Queue, OfThoseThatEnqueueOneTheNewestWaits) {
  auto first = start(Busy::enqueue_one);
  auto second = start(Busy::enqueue_one);
  expect_waits(second.run, first.run);
  auto third = start(Busy::enqueue_one);
  EXPECT_EQ(play.state_of(second.run).end_state, "superseded");
  EXPECT_EQ(play.row(second.run).state, "superseded");
  EXPECT_EQ(play.state_of(second.run).stop->superseded_by, third.run);
  EXPECT_THAT(play.state_of(second.run).stop->reason, testing::HasSubstr(third.run));
  expect_waits(third.run, first.run);
  finish(first.run);
  expect_begun(third.run);
}

TEST_F(Queue, SupersedingStopsTheHolderAndBeginsWhenItIsBack) {
  auto first = start(Busy::supersede);
  play.probe().on_next = [](StepContext& context) -> Move {
    if (context.record.memory.is_null())
      return Park{context.now + minutes(1), "the alias", json::Value(true), true};
    return Done{};
  };
  auto second = start(Busy::supersede);
  // Given a holder that takes a minute to roll back
  auto const& stop = play.state_of(first.run).stop;
  ASSERT_TRUE(stop);
  EXPECT_EQ(stop->by, "superseded by " + second.run);
  EXPECT_EQ(play.state_of(first.run).node("release/~undo").status, NodeStatus::parked);
  expect_waits(second.run, first.run);
  // When it is back
  play.run_for(minutes(2));
  // Then the newer one begins
  EXPECT_EQ(play.state_of(first.run).node("release").status, NodeStatus::rolled_back);
  EXPECT_EQ(play.state_of(first.run).end_state, "superseded");
  expect_begun(second.run);
}

TEST_F(Queue, SupersedingTakesThePlaceOfOneThatWaits) {
  auto first = start(Busy::reject);
  auto second = start(Busy::queue);
  auto third = start(Busy::supersede);
  EXPECT_EQ(play.state_of(second.run).end_state, "superseded");
  play.run_for(seconds(2));
  EXPECT_EQ(play.state_of(first.run).end_state, "superseded");
  expect_begun(third.run);
}

TEST_F(Queue, ARollbackIsWaitedFor) {
  plan::Plan rollback;
  rollback.name = "rollback";
  rollback.root = plan::parallel("rollback", {plan::leaf("restore", plan::RestoreStep{""})});
  rollback.locks = {{"alias:orders", Busy::reject}};
  auto first = play.start_plan(rollback);
  ASSERT_TRUE(first);
  auto second = play.start_plan(plan_for(Busy::supersede));
  ASSERT_TRUE(second && second->queued);
  play.core().tick();
  EXPECT_FALSE(play.state_of(first->run).stop);
}

TEST_F(Queue, AQueuedRunCanBeStopped) {
  auto first = start(Busy::queue);
  auto second = start(Busy::queue);
  auto third = start(Busy::queue);
  ASSERT_TRUE(play.stop(second.run));
  play.run_for(seconds(1));
  EXPECT_EQ(play.row(second.run).state, "stopped");
  EXPECT_TRUE(play.row(second.run).ended);
  expect_waits(third.run, first.run);
  finish(first.run);
  expect_begun(third.run);
}

TEST_F(Queue, AQueuedRunThatNobodyExecutesCanBeStopped) {
  auto first = start(Busy::queue);
  auto second = start(Busy::queue);
  play.restart({first.run});
  ASSERT_TRUE(play.core().signal_unexecuted(second.run, {"stop", "", "tester", "", {}}));
  EXPECT_EQ(play.row(second.run).state, "stopped");
}

TEST_F(Queue, AQueuedRunSurvivesTheProcess) {
  auto first = start(Busy::queue);
  auto second = start(Busy::queue);
  play.restart({second.run, first.run});
  play.run_for(seconds(2));
  expect_waits(second.run, first.run);
  finish(first.run);
  expect_begun(second.run);
}

TEST_F(Queue, AResumedRunBeginsWhereTheHolderEndedMeanwhile) {
  auto first = start(Busy::queue);
  auto second = start(Busy::queue);
  play.restart({first.run});
  finish(first.run);
  EXPECT_EQ(play.row(second.run).state, "queued");
  play.restart({second.run});
  play.run_for(seconds(0));
  expect_begun(second.run);
}

TEST_F(Queue, AWaitingRunSeesWhatAnotherProcessGaveUp) {
  auto first = start(Busy::queue);
  auto second = start(Busy::queue);
  play.restart({second.run});
  play.run_for(seconds(3));
  expect_waits(second.run, first.run);
  // When the holder is ended without this core's doing
  play.end_elsewhere(first.run);
  play.run_for(seconds(5));
  expect_begun(second.run);
}

TEST_F(Queue, OneWhoseProcessDiedIsSupersededAsWell) {
  auto first = start(Busy::enqueue_one);
  auto second = start(Busy::enqueue_one);
  play.restart({first.run});
  auto third = start(Busy::enqueue_one);
  EXPECT_EQ(play.row(second.run).state, "superseded");
  finish(first.run);
  expect_begun(third.run);
}

TEST_F(Queue, ALockWhoseTakingWasNotAnsweredIsTakenOnce) {
  auto first = start(Busy::queue);
  auto second = start(Busy::queue);
  ASSERT_TRUE(play.core().signal(first.run, {"approve", "", "tester", "", {}}));
  play.fail_commits(false, true);
  play.run_for(seconds(5));
  play.fail_commits(false, false);
  play.run_for(seconds(5));
  expect_begun(second.run);
  auto events = play.events(second.run);
  EXPECT_EQ(std::ranges::count(events, event::locks_taken, &Event::type), 1);
}

TEST_F(Queue, NothingIsDecidedWhileTheJournalCannotBeWritten) {
  auto first = start(Busy::queue);
  auto second = start(Busy::queue);
  ASSERT_TRUE(play.core().signal(first.run, {"approve", "", "tester", "", {}}));
  play.fail_commits(true, false);
  play.run_for(seconds(3));
  EXPECT_EQ(play.row(second.run).state, "queued");
  play.fail_commits(false, false);
  play.run_for(seconds(3));
  expect_begun(second.run);
}

TEST_F(Queue, APausedRunTakesItsLocksAndGoesNoFurther) {
  auto first = start(Busy::queue);
  auto second = start(Busy::queue);
  ASSERT_TRUE(play.core().signal(second.run, {"pause", "", "tester", "", {}}));
  finish(first.run);
  EXPECT_EQ(play.holder("alias:orders"), second.run);
  EXPECT_TRUE(play.state_of(second.run).nodes.empty());
  ASSERT_TRUE(play.core().signal(second.run, {"continue", "", "tester", "", {}}));
  play.run_for(seconds(0));
  expect_begun(second.run);
}

}  // namespace
}  // namespace sluice
