#include <gtest/gtest.h>

#include "engine/core_play.hpp"
#include "engine/play.hpp"

/// A schedule of shifts and pauses: what comes late does not add up.
namespace sluice {
namespace {

using namespace engine;
using std::chrono::minutes;
using std::chrono::seconds;
using test::CorePlay;

plan::Node pause_since(std::string const& name, std::string const& since) {
  return plan::leaf(name, plan::PauseStep{.duration = minutes(1), .since = since});
}

/// Three shifts, a minute apart, counted from the first one.
plan::Node linear() {
  return plan::sequence(
      "root", {test::probe("shift-1"), pause_since("pause-1", "shift-1"), test::probe("shift-2"),
               pause_since("pause-2", "pause-1"), test::probe("shift-3")});
}

class Schedule : public testing::Test {
 protected:
  /// The second shift takes so long.
  void hold_up(Duration time) {
    play.probe().on_next = [time](StepContext& context) -> Move {
      if (context.path != "shift-2" || !context.record.memory.is_null()) return Done{};
      return Park{context.now + time, "the alias", json::Value(true), true};
    };
  }
  Duration from_first_to(std::string const& path) {
    return *play.node(path).started - *play.node("shift-1").ended;
  }

  CorePlay play;
};

TEST_F(Schedule, AShiftThatTookItsTimeDoesNotDelayTheNext) {
  hold_up(seconds(20));
  play.start(linear());
  play.run_for(minutes(10));
  EXPECT_EQ(from_first_to("shift-2"), minutes(1));
  EXPECT_EQ(from_first_to("shift-3"), minutes(2));
}

TEST_F(Schedule, AnotherProcessGoesOnInTime) {
  play.start(linear());
  play.run_for(seconds(30));
  play.clock().advance(seconds(45));
  play.restart();
  play.run_for(minutes(10));
  EXPECT_EQ(from_first_to("shift-2"), seconds(75));
  EXPECT_EQ(from_first_to("shift-3"), minutes(2));
}

TEST_F(Schedule, WhatIsVeryLateIsNotFollowedAtOnce) {
  hold_up(seconds(40));
  play.start(linear());
  play.run_for(minutes(10));
  EXPECT_EQ(from_first_to("shift-3"), minutes(2) + seconds(40));
}

TEST_F(Schedule, ARunThatWasPausedGoesOnWithAFullPause) {
  play.start(linear());
  play.run_for(seconds(30));
  ASSERT_TRUE(play.signal("pause"));
  play.run_for(minutes(30));
  ASSERT_TRUE(play.signal("continue"));
  play.run_for(minutes(10));
  EXPECT_EQ(from_first_to("shift-3") - from_first_to("shift-2"), minutes(1));
}

TEST_F(Schedule, AfterASkippedPauseTheNextCountsFromThere) {
  play.start(linear());
  play.run_for(seconds(25));
  ASSERT_TRUE(play.signal("skip"));
  play.run_for(minutes(10));
  EXPECT_EQ(from_first_to("shift-2"), seconds(25));
  EXPECT_EQ(from_first_to("shift-3"), seconds(85));
}

TEST(ScheduledPlan, APauseCannotCountFromNothing) {
  plan::Plan plan;
  plan.root = plan::sequence("root", {pause_since("pause", "shift")});
  EXPECT_EQ(plan::problems_of(plan),
            std::vector<std::string>{"'pause' counts from the unknown step 'shift'"});
}

}  // namespace
}  // namespace sluice
