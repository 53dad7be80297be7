#include "engine/waits.hpp"

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "engine/core_play.hpp"

namespace sluice {
namespace {

using namespace engine;
using std::chrono::minutes;
using test::CorePlay;
using test::probe;

std::vector<Wait> waits_of(CorePlay& play) {
  auto snapshot = play.core().snapshot(play.id());
  return engine::waits_of(*snapshot->plan, snapshot->state);
}

plan::Node in_sequence(plan::Node only) { return plan::sequence("root", {std::move(only)}); }

TEST(Waits, AnApprovalNamesWhatAnswersItAndWhenItExpires) {
  CorePlay play;
  plan::ApprovalStep step{"Go on?", {}, {}};
  step.expiration = minutes(5);
  play.start(in_sequence(plan::leaf("ask", step)));
  play.run();
  auto waits = waits_of(play);
  ASSERT_EQ(waits.size(), 1u);
  EXPECT_EQ(waits[0].kind, Wait::Kind::approval);
  EXPECT_EQ(waits[0].node, "ask");
  EXPECT_EQ(waits[0].text, "an approval: Go on?");
  EXPECT_TRUE(waits[0].person);
  EXPECT_EQ(waits[0].signals, (std::vector<std::string>{"approve", "reject"}));
  EXPECT_EQ(waits[0].due, play.clock().now() + minutes(5));
}

TEST(Waits, APauseSaysWhenItEndsAndAPausedRunComesFirst) {
  CorePlay play;
  play.start(in_sequence(plan::leaf("bake", plan::PauseStep{.duration = minutes(3)})));
  play.run();
  ASSERT_TRUE(play.signal("pause"));
  auto waits = waits_of(play);
  ASSERT_EQ(waits.size(), 2u);
  EXPECT_EQ(waits[0].kind, Wait::Kind::paused);
  EXPECT_EQ(waits[0].node, "");
  EXPECT_EQ(waits[1].kind, Wait::Kind::pause);
  EXPECT_FALSE(waits[1].person);
  EXPECT_EQ(waits[1].due, play.clock().now() + minutes(3));
}

TEST(Waits, AQuestionListsItsChoicesAndTheirSignals) {
  for (auto [error, kind] : {std::pair(plan::ErrorClass::external_change, Wait::Kind::hold),
                             std::pair(plan::ErrorClass::verification, Wait::Kind::question)}) {
    CorePlay play;
    auto node = probe("step");
    plan::Action ask{.kind = plan::ActionKind::ask};
    ask.choices = {plan::ActionKind::retry, plan::ActionKind::roll_back, plan::ActionKind::ignore};
    ask.timeout = minutes(10);
    node.on_failure.push_back({{}, {}, ask});
    play.probe().on_next = [error](StepContext&) -> Move { return Failed{error, "moved", ""}; };
    play.start(in_sequence(node));
    play.run();
    auto waits = waits_of(play);
    ASSERT_EQ(waits.size(), 1u);
    EXPECT_EQ(waits[0].kind, kind);
    EXPECT_EQ(waits[0].text, "moved");
    EXPECT_EQ(waits[0].signals, (std::vector<std::string>{"continue", "rollback", "ignore"}));
    EXPECT_EQ(waits[0].due, play.clock().now() + minutes(10));
    // And the core takes the first of them for an answer
    play.probe().on_next = {};
    ASSERT_TRUE(play.signal(waits[0].signals[0], waits[0].node));
    play.run();
    EXPECT_EQ(play.state().end_state, "succeeded");
    EXPECT_TRUE(waits_of(play).empty());
  }
}

TEST(Waits, AQueuedRunNamesWhomItWaitsFor) {
  plan::Plan plan;
  RunState state;
  state.queued = Queued{"alias:eu-west-1:orders:live", "d-AAAAAAAAA"};
  auto waits = engine::waits_of(plan, state);
  ASSERT_EQ(waits.size(), 1u);
  EXPECT_EQ(waits[0].kind, Wait::Kind::queue);
  EXPECT_NE(waits[0].text.find("d-AAAAAAAAA"), std::string::npos);
  EXPECT_EQ(waits[0].signals, std::vector<std::string>{"stop"});
}

/// What is listed is what the executors take.
TEST(Waits, ListTheSignalsThatTheStepAccepts) {
  auto executors = standard_executors();
  CorePlay play;
  play.start(
      plan::parallel("root", {plan::leaf("approval", plan::ApprovalStep{}),
                              plan::leaf("pause", plan::PauseStep{.duration = minutes(3)})}));
  play.run();
  auto waits = waits_of(play);
  ASSERT_EQ(waits.size(), 2u);
  for (auto const& wait : waits)
    for (auto const* signal : {"approve", "reject", "skip", "promote"})
      EXPECT_EQ(executors.find(wait.node)->accepts(signal),
                std::ranges::find(wait.signals, signal) != wait.signals.end())
          << wait.node << " " << signal;
}

TEST(Waits, AListOfRunsHasTheirShortForm) {
  CorePlay play;
  play.start(in_sequence(plan::leaf("bake", plan::PauseStep{.duration = minutes(3)})));
  play.run();
  auto row = play.row();
  auto const& waits = row.summary["waits_for"];
  ASSERT_EQ(waits.items().size(), 1u);
  EXPECT_EQ(waits.items()[0]["kind"].as_string(), "pause");
  EXPECT_EQ(waits.items()[0]["node"].as_string(), "bake");
  EXPECT_EQ(waits.items()[0]["due"].as_string(), rfc3339(play.clock().now() + minutes(3)));
}

}  // namespace
}  // namespace sluice
