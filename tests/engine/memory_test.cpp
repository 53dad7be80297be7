#include <gmock/gmock.h>

#include "engine/core_play.hpp"
#include "engine/due_index.hpp"
#include "engine/events.hpp"

namespace sluice {
namespace {

using namespace engine;
using std::chrono::minutes;
using std::chrono::seconds;
using test::CorePlay;
using test::probe;

plan::Node in_sequence(std::vector<plan::Node> children) {
  return plan::sequence("root", std::move(children));
}

Time at(int second) { return from_millis(second * 1000); }

TEST(DueIndex, GivesTheLongestOverdueFirstAndEachRunOnce) {
  DueIndex due;
  EXPECT_FALSE(due.earliest());
  due.set("d-late", at(30));
  due.set("d-early", at(10));
  due.set("d-moved", at(5));
  due.set("d-moved", at(20));
  due.set("d-gone", at(1));
  due.set("d-gone", std::nullopt);
  EXPECT_EQ(due.earliest(), at(10));
  EXPECT_EQ(due.due_by(at(25), 10), (std::vector<std::string>{"d-early", "d-moved"}));
  EXPECT_EQ(due.due_by(at(99), 2), (std::vector<std::string>{"d-early", "d-moved"}));
  EXPECT_TRUE(due.due_by(at(9), 10).empty());
}

TEST(Memory, AnEndedRunIsReadFromTheStoreByWhoeverAsks) {
  CorePlay play;
  play.start(in_sequence({probe("step")}));
  play.run_for(seconds(1));
  // Given a run that has ended
  EXPECT_EQ(play.core().in_memory(), 0u);
  EXPECT_TRUE(play.core().active().empty());
  // Then it can be seen as before
  EXPECT_EQ(play.state().end_state, "succeeded");
  EXPECT_EQ(play.node("step").status, NodeStatus::succeeded);
  EXPECT_FALSE(play.core().snapshot("d-NOTTHERE1"));
  // And a signal is told that it came too late
  auto late = play.signal("stop");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  EXPECT_EQ(late.error().message, "run " + play.id() + " has ended: succeeded");
}

plan::Plan waiting(Duration time) {
  plan::Plan plan;
  plan.name = "waits";
  plan.root = in_sequence({plan::leaf("wait", plan::PauseStep{time}), probe("step")});
  return plan;
}

TEST(Memory, ARunThatWaitsLeavesItUntilItIsDue) {
  CorePlay play;
  play.start(waiting(minutes(5)).root);
  play.run_for(seconds(1));
  EXPECT_EQ(play.core().in_memory(), 0u);
  EXPECT_TRUE(play.core().executes(play.id()));
  EXPECT_EQ(play.core().active(), std::vector<std::string>{play.id()});
  EXPECT_EQ(play.node("wait").status, NodeStatus::parked);
  EXPECT_EQ(play.core().next_due(), play.node("wait").due);
  // When its time has come, it goes on as the same owner
  play.run_for(minutes(5));
  EXPECT_EQ(play.state().end_state, "succeeded");
  EXPECT_EQ(play.row().epoch, 1);
  EXPECT_EQ(play.count(event::run_claimed), 0);
}

TEST(Memory, ARunThatWaitsForAMomentStays) {
  CorePlay play;
  play.start(waiting(seconds(4)).root);
  play.run();
  play.core().tick();
  EXPECT_EQ(play.core().in_memory(), 1u);
}

TEST(Memory, ALongJournalStaysForWaitsThatItsReadingDoesNotPayFor) {
  // Given a step that looks again every 15 seconds
  CorePlay play;
  play.probe().on_next = [](StepContext& context) -> Move {
    return Park{context.now + seconds(15), "a look", {}, true};
  };
  play.start(in_sequence({probe("look")}));
  play.run_for(seconds(1));
  EXPECT_EQ(play.core().in_memory(), 0u);
  // When its journal has become long
  play.run_for(minutes(60));
  // Then it is not read for each look
  EXPECT_GT(play.stored().size(), 400u);
  EXPECT_EQ(play.core().in_memory(), 1u);
}

TEST(Memory, ASignalReachesARunThatHasLeftIt) {
  CorePlay play;
  play.start(in_sequence({plan::leaf("ask", plan::ApprovalStep{})}));
  play.run_for(seconds(1));
  ASSERT_EQ(play.core().in_memory(), 0u);
  // One that is refused leaves the run as it was
  EXPECT_FALSE(play.signal("skip"));
  EXPECT_FALSE(play.core().next_due());
  EXPECT_EQ(play.core().in_memory(), 0u);
  ASSERT_TRUE(play.signal("approve"));
  play.run();
  EXPECT_EQ(play.state().end_state, "succeeded");
}

TEST(Memory, ANoteIsNotRepeatedBecauseTheRunWasReadAgain) {
  CorePlay play(Duration{});
  int looks = 0;
  play.probe().on_next = [&](StepContext& context) -> Move {
    context.notes.push_back("traffic bypasses the alias");
    if (++looks == 5) return Done{};
    return Park{context.now + minutes(1), "a minute", {}, true};
  };
  play.start(in_sequence({probe("look")}));
  play.run_for(minutes(10));
  EXPECT_EQ(looks, 5);
  EXPECT_EQ(play.count(event::note), 1);
}

TEST(Memory, OnlyRunsThatAreDueAreRead) {
  CorePlay play;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(play.start_plan(waiting(minutes(60))));
  play.start(waiting(minutes(5)).root);
  play.run_for(seconds(1));
  ASSERT_EQ(play.core().in_memory(), 0u);
  int reads = 0;
  play.on_reads([&](std::string_view operation) -> Result<void> {
    reads += operation == "run";
    return {};
  });
  play.clock().advance(minutes(5));
  play.core().tick();
  EXPECT_EQ(reads, 1);
  play.run();
  play.core().tick();
  EXPECT_EQ(reads, 1);
}

TEST(Memory, ARunThatAnotherProcessTookIsLeftToIt) {
  CorePlay play;
  play.start(waiting(minutes(5)).root);
  play.run_for(seconds(1));
  play.end_elsewhere(play.id());
  auto before = play.stored().size();
  play.run_for(minutes(10));
  EXPECT_EQ(play.stored().size(), before);
  EXPECT_FALSE(play.core().executes(play.id()));
  EXPECT_FALSE(play.core().next_due());
  EXPECT_FALSE(play.core().frozen());
}

TEST(Memory, AJournalThatCannotBeUnderstoodHoldsItsRunAndNoOther) {
  CorePlay play;
  play.start(waiting(minutes(5)).root);
  auto other = play.start_plan(waiting(minutes(5)));
  play.run_for(seconds(1));
  // Given a journal that makes no sense: of the run that is read first
  int reads = 0;
  play.on_reads([&](std::string_view operation) -> Result<void> {
    if (operation == "events" && reads++ == 0)
      return fail(ErrorCode::corrupt, "event 3 is garbled");
    return {};
  });
  play.run_for(minutes(10));
  // Then one of the two goes on, and the other one is tried no more
  std::vector<std::string> both{play.id(), other->run};
  std::ranges::sort(both);  // due at the same moment, they are read in this order
  EXPECT_EQ(play.state_of(both[1]).end_state, "succeeded");
  EXPECT_EQ(play.state_of(both[0]).end_state, "");
  EXPECT_TRUE(play.core().executes(both[0]));
  EXPECT_FALSE(play.core().next_due());
  // And who asks it for something is told why
  auto stopped = play.stop(both[0]);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::corrupt);
  EXPECT_THAT(stopped.error().message, testing::HasSubstr("event 3 is garbled"));
  // When the store was mended, resuming it goes on
  ASSERT_TRUE(play.resume(both[0]));
  play.run_for(seconds(1));
  EXPECT_EQ(play.state_of(both[0]).end_state, "succeeded");
}

TEST(Memory, AStoreThatCannotBeReadIsTriedAgainAndTold) {
  CorePlay play;
  play.start(waiting(minutes(5)).root);
  play.run_for(seconds(1));
  play.on_reads([](std::string_view) -> Result<void> {
    return fail(ErrorCode::unavailable, "the disk does not answer");
  });
  play.run_for(minutes(6));
  EXPECT_EQ(play.core().frozen(), "the disk does not answer");
  EXPECT_FALSE(play.signal("skip"));
  play.on_reads({});
  play.run_for(seconds(2));
  EXPECT_FALSE(play.core().frozen());
  EXPECT_EQ(play.state().end_state, "succeeded");
}

TEST(Memory, RunsOutsideOfItAreGivenUpWithTheOthers) {
  CorePlay play;
  play.start(waiting(minutes(5)).root);
  play.run_for(seconds(1));
  play.core().let_go();
  EXPECT_TRUE(play.core().active().empty());
  EXPECT_FALSE(play.core().next_due());
  play.restart();
  play.run_for(minutes(5));
  EXPECT_EQ(play.state().end_state, "succeeded");
}

}  // namespace
}  // namespace sluice
