#include "engine/core_play.hpp"
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

Effect effect() { return {"Change", {}, json::Value{{"wanted", 1}}, {}}; }

/// One effect, then the end.
void do_once(CorePlay& play) {
  play.probe().on_next = [](StepContext& context) -> Move {
    if (context.happened("Change")) return Done{};
    return effect();
  };
}

TEST(Core, ACommitWhoseAnswerWasLostIsNotWrittenTwice) {
  // Given two steps, and a commit that is carried out while its answer is lost
  CorePlay play;
  play.start(plan::parallel("root", {probe("a"), probe("b")}));
  play.workers().perform(0);
  play.workers().perform(0);
  play.fail_commits(false, true);
  play.workers().deliver(0);
  // When the other step's answer comes while nothing can be written
  play.workers().deliver(0);
  ASSERT_TRUE(play.core().frozen());
  play.fail_commits(false, false);
  play.run_for(seconds(5));
  // Then both ends are in the journal once, and the run goes on
  EXPECT_EQ(play.state().end_state, "succeeded");
  EXPECT_EQ(play.count(event::node_ended), 3);
  EXPECT_FALSE(play.core().frozen());
}

TEST(Core, ASignalThatWasJournalledLateWakesItsStep) {
  CorePlay play;
  play.start(in_sequence({plan::leaf("ask", plan::ApprovalStep{})}));
  play.run();
  // Given an approval whose commit fails at first
  play.fail_commits(true, true);
  EXPECT_FALSE(play.signal("approve"));
  // When the journal can be written again
  play.fail_commits(false, false);
  play.run_for(seconds(5));
  // Then the approval, which is in the journal by now, counts
  EXPECT_EQ(play.state().end_state, "succeeded");
}

TEST(Core, AGuardThatFailsTooLateFailsNothing) {
  // Given a step and its guard, whose answers are both on their way
  CorePlay play;
  std::vector<std::string> looked;
  play.probe().on_next = [&](StepContext& context) -> Move {
    looked.push_back(context.path);
    if (context.path.ends_with("guard"))
      return Failed{plan::ErrorClass::input_timeout, "nobody approved", ""};
    return Done{};
  };
  plan::Node work = probe("work");
  work.guards.push_back(probe("guard"));
  play.start(in_sequence({work}));
  auto& workers = play.workers();
  workers.perform(0);
  workers.perform(0);
  // When the step's comes first, and ends what the guard is for
  workers.deliver(looked.front() == "work" ? 0 : 1);
  play.run();
  // Then the guard ends as it was told, and the run as its step did
  EXPECT_EQ(play.node("work/!guard").status, NodeStatus::cancelled);
  EXPECT_EQ(play.node("work/!guard").reason, "what it guarded has ended");
  EXPECT_EQ(play.state().end_state, "succeeded");
}

plan::Plan one_approval() {
  plan::Plan plan;
  plan.name = "play";
  plan.root = in_sequence({plan::leaf("ask", plan::ApprovalStep{})});
  return plan;
}

TEST(Core, ARunIdThatWasDrawnBeforehandIsUsedOnce) {
  CorePlay play;
  // Given a run whose id was drawn by who asked for it
  auto first = play.start_plan(one_approval(), "d-AAAAAAAAA");
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_EQ(first->run, "d-AAAAAAAAA");
  // When the same is asked once more, Then there is no second one
  auto second = play.start_plan(one_approval(), "d-AAAAAAAAA");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  EXPECT_EQ(play.runs().size(), 1u);
}

TEST(Core, ARunOfAnotherServerIsNotTakenForOnesOwnWhenACommitGoesUnanswered) {
  CorePlay play;
  ASSERT_TRUE(play.start_plan(one_approval(), "d-AAAAAAAAA"));
  play.end_elsewhere("d-AAAAAAAAA");
  // Given a run of that id which another process has, and a store that does not answer
  play.fail_commits(true, true);
  // When it is asked for here, Then it is not executed here as well
  auto second = play.start_plan(one_approval(), "d-AAAAAAAAA");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
}

TEST(Core, ASignalIsJournalledWithTheRequestItCameWith) {
  CorePlay play;
  play.start(in_sequence({plan::leaf("ask", plan::ApprovalStep{})}));
  play.run();
  Signal signal{.kind = "approve", .by = "ada", .request = "request-1"};
  ASSERT_TRUE(play.core().signal(play.id(), signal));
  EXPECT_EQ(play.count(event::signal), 1);
  auto events = play.stored();
  auto found = std::ranges::find(events, event::signal, &Event::type);
  ASSERT_NE(found, events.end());
  EXPECT_EQ(found->body["request"].as_string(), "request-1");
}

TEST(Core, PromoteNeverAnswersAnApproval) {
  CorePlay play;
  play.start(in_sequence({plan::leaf("ask", plan::ApprovalStep{})}));
  play.run();
  // When a run that waits for an approval is promoted
  ASSERT_TRUE(play.signal("promote"));
  play.run_for(minutes(5));
  // Then it still waits
  EXPECT_EQ(play.node("ask").status, NodeStatus::parked);
}

TEST(Core, AnApprovalThatNamesAPlanCountsForThatPlanAlone) {
  CorePlay play;
  play.start(in_sequence({plan::leaf("ask", plan::ApprovalStep{})}));
  play.run();
  auto approve = [&](std::string const& read) {
    return play.core().signal(play.id(), {"approve", "", "tester", "", {{"plan_digest", read}}});
  };
  // When somebody approves who has read another plan
  auto other = approve(std::string(64, '0'));
  play.run();
  // Then they are told, and it is still asked for
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::conflict);
  EXPECT_EQ(play.node("ask").status, NodeStatus::parked);
  // When somebody approves who has read this one
  ASSERT_TRUE(approve(plan::digest(*play.core().snapshot(play.id())->plan)));
  play.run();
  // Then the run goes on
  EXPECT_EQ(play.state().end_state, "succeeded");
}

TEST(Core, ASignalThatCameWhileTheStepLookedIsNotLost) {
  CorePlay play;
  plan::ApprovalStep step;
  step.expiration = minutes(5);
  play.start(in_sequence({plan::leaf("ask", step)}));
  play.run();
  // Given an approval that finds itself expired
  play.clock().advance(minutes(5));
  play.core().tick();
  play.workers().perform(0);
  // When somebody approves before that has been told, and is told that it counts
  ASSERT_TRUE(play.signal("approve"));
  play.run();
  // Then it counts
  EXPECT_EQ(play.state().end_state, "succeeded");
}

TEST(Core, AStepIsNeverGivenToTwoWorkers) {
  // Given steps that end together, so that each end lets the core look at all of them
  CorePlay play;
  std::vector<plan::Node> children;
  for (int i = 0; i < 4; ++i) children.push_back(probe("step-" + std::to_string(i)));
  children[0].timeout = plan::Timeout{seconds(1), plan::Timeout::Counts::wall};
  int looks = 0;
  play.probe().on_next = [&](StepContext& context) -> Move {
    ++looks;
    return Park{context.now + seconds(1), "a second", {}, false};
  };
  play.start(plan::parallel("root", std::move(children)));
  play.run();
  ASSERT_EQ(looks, 4);
  // When all are due and one of them is to end
  play.clock().advance(seconds(1));
  play.core().tick();
  // Then each of the others is looked at once, until it is cancelled
  EXPECT_LE(play.workers().waiting(), 3u);
}

TEST(Core, AnEffectThatWasRefusedForNowIsVoidAndTriedAgain) {
  CorePlay play;
  do_once(play);
  int performed = 0;
  play.probe().on_perform = [&](StepContext&, Effect const&) -> Performed {
    if (++performed < 3) return NotNow{seconds(1), "busy"};
    return Happened{};
  };
  play.start(in_sequence({probe("step")}));
  play.run_for(minutes(1));
  EXPECT_EQ(play.state().end_state, "succeeded");
  EXPECT_EQ(performed, 3);
  EXPECT_EQ(play.count(event::effect_void), 2);
}

TEST(Core, AnIntentThatCouldNotBeJournalledIsNotDone) {
  CorePlay play;
  do_once(play);
  int performed = 0;
  play.probe().on_perform = [&](StepContext&, Effect const&) -> Performed {
    ++performed;
    return Happened{};
  };
  play.probe().on_settle = [](StepContext&, Effect const&) -> Settled {
    return DidNotHappen{"not there"};
  };
  play.start(in_sequence({probe("step")}));
  play.workers().perform(0);
  play.fail_commits(true, false);
  play.workers().deliver(0);
  EXPECT_EQ(performed, 0);
  EXPECT_EQ(play.workers().waiting(), 0u);
  play.fail_commits(false, false);
  play.run_for(seconds(5));
  EXPECT_EQ(performed, 1);
  EXPECT_EQ(play.state().end_state, "succeeded");
}

TEST(Core, AnEffectThatNeverComesThroughFailsInTheEnd) {
  CorePlay play;
  do_once(play);
  play.probe().on_perform = [](StepContext&, Effect const&) -> Performed {
    return MaybeDone{"stale"};
  };
  play.probe().on_settle = [](StepContext&, Effect const&) -> Settled {
    return DidNotHappen{"as it was"};
  };
  play.start(in_sequence({probe("step")}));
  play.run_for(minutes(10));
  EXPECT_EQ(play.state().end_state, "failed");
  EXPECT_LT(play.count(event::effect_intended), 500);
}

TEST(Core, AnOpenIntentIsSettledAfterACrash) {
  CorePlay play;
  do_once(play);
  play.probe().on_settle = [](StepContext&, Effect const&) -> Settled {
    return Happened{{}, true};
  };
  play.start(in_sequence({probe("step")}));
  play.workers().perform(0);
  play.workers().deliver(
      0);  // the intent is committed; the process dies before or after the effect
  play.restart();
  play.run();
  EXPECT_EQ(play.state().end_state, "succeeded");
  EXPECT_EQ(play.count(event::effect_intended), 1);
}

TEST(Core, AnEndThatCouldNotBeJournalledIsTriedAgain) {
  CorePlay play;
  play.start(in_sequence({probe("step")}));
  play.workers().perform(0);
  play.fail_commits(true, false);
  play.workers().deliver(0);
  EXPECT_EQ(play.core().active().size(), 1u);
  EXPECT_FALSE(play.signal("stop"));
  play.fail_commits(false, false);
  play.run_for(seconds(5));
  EXPECT_EQ(play.count(event::run_ended), 1);
  EXPECT_TRUE(play.core().active().empty());
}

TEST(Core, APausedRunHasNothingDueUntilItGoesOn) {
  CorePlay play;
  play.start(in_sequence({plan::leaf("wait", plan::PauseStep{minutes(1)})}));
  play.run();
  ASSERT_TRUE(play.signal("pause"));
  play.run_for(minutes(5));
  EXPECT_EQ(play.node("wait").status, NodeStatus::parked);
  ASSERT_TRUE(play.signal("continue"));
  play.run();
  EXPECT_EQ(play.state().end_state, "succeeded");
}

}  // namespace
}  // namespace sluice
