#include "engine/play.hpp"

namespace sluice::test {
namespace {

using plan::ActionKind;
using plan::ErrorClass;
using std::chrono::minutes;
using std::chrono::seconds;

struct Settles {
  ActionKind kind;
  std::string_view leaf, run;
};

class Failure : public testing::TestWithParam<Settles> {};

TEST_P(Failure, IsSettledAsTheRuleSays) {
  Play play(plan::sequence("root", {with_rule(leaf("a"), action(GetParam().kind)), leaf("b")}));
  play.fail("a");
  EXPECT_EQ(play.of("a"), GetParam().leaf);
  if (play.of("b") == "running") play.succeed("b");
  EXPECT_EQ(play.end(), GetParam().run);
}

INSTANTIATE_TEST_SUITE_P(Actions, Failure,
                         testing::Values(Settles{ActionKind::fail, "failed", "failed"},
                                         Settles{ActionKind::ignore, "ignored", "succeeded"},
                                         Settles{ActionKind::mark_succeeded, "succeeded",
                                                 "succeeded"},
                                         Settles{ActionKind::mark_failed, "failed", "failed"},
                                         Settles{ActionKind::stop, "failed", "stopped"}));

TEST(FailureRules, TheNearestNodeWithAMatchDecides) {
  auto inner = plan::sequence(
      "inner", {with_rule(leaf("a"), action(ActionKind::fail), {ErrorClass::denied})});
  inner = with_rule(inner, action(ActionKind::ignore), {ErrorClass::timeout});
  auto root = with_rule(plan::sequence("root", {inner}), action(ActionKind::mark_succeeded));
  Play first(root);
  first.fail("inner/a", ErrorClass::timeout);
  EXPECT_EQ(first.of("inner/a"), "ignored");
  Play second(root);
  second.fail("inner/a", ErrorClass::program);
  EXPECT_EQ(second.of("inner/a"), "succeeded");
  Play third(root);
  third.fail("inner/a", ErrorClass::denied);
  EXPECT_EQ(third.of("inner/a"), "failed");
  // The scope's own failure is a failure of its own: the rules from there on upward decide it.
  EXPECT_EQ(third.end(), "succeeded");
}

TEST(FailureRules, RetriesAfterItsIntervalsAndThenGivesUp) {
  auto retry = action(ActionKind::retry, 2);
  retry.intervals = {seconds(1), seconds(10)};
  retry.then = {action(ActionKind::ignore)};
  Play play(plan::sequence("root", {with_rule(leaf("a"), retry)}));
  play.fail("a");
  EXPECT_EQ(play.of("a"), "pending");
  play.pass(seconds(1));
  ASSERT_EQ(play.of("a"), "running");
  EXPECT_EQ(play.state().node("a").attempt, 2);
  play.fail("a");
  play.pass(seconds(9));
  EXPECT_EQ(play.of("a"), "pending");
  play.pass(seconds(1));
  ASSERT_EQ(play.of("a"), "running");
  play.fail("a");
  EXPECT_EQ(play.of("a"), "ignored");
  EXPECT_EQ(play.end(), "succeeded");
}

TEST(FailureRules, RetryingAScopeBeginsItAnew) {
  auto retry = action(ActionKind::retry_scope, 1);
  retry.scope = "scope";
  auto scope = plan::sequence("scope", {leaf("a"), with_rule(leaf("b"), retry)});
  Play play(plan::sequence("root", {scope}));
  play.succeed("scope/a");
  play.fail("scope/b");
  EXPECT_EQ(play.active(), Paths{"scope/a"});
  EXPECT_EQ(play.state().node("scope").attempt, 2);
  play.succeed("scope/a");
  play.fail("scope/b");
  EXPECT_EQ(play.end(), "failed");
}

TEST(FailureRules, AScopeIsTriedAgainOnlyWhenNothingInItWorks) {
  // Given two at work, the failure of either of which repeats both
  auto retry = action(ActionKind::retry_scope, 1);
  retry.scope = "scope";
  auto scope = plan::parallel("scope", {with_rule(leaf("a"), retry), leaf("b")});
  Play play(plan::sequence("root", {scope}));
  // When one fails while the other is in the middle of something
  play.fail("scope/a");
  // Then that is ended first, and only then both begin again
  EXPECT_EQ(play.of("scope/a"), "failed");
  ASSERT_TRUE(play.ending("scope/b"));
  play.cancelled("scope/b");
  EXPECT_EQ(play.active(), (Paths{"scope/a", "scope/b"}));
  EXPECT_EQ(play.state().node("scope").attempt, 2);
}

TEST(FailureRules, APersonIsAskedAndAnswers) {
  auto ask = action(ActionKind::ask);
  ask.choices = {ActionKind::retry, ActionKind::ignore};
  ask.timeout = minutes(5);
  Play play(plan::sequence("root", {with_rule(leaf("a"), ask)}));
  play.fail("a");
  EXPECT_EQ(play.of("a"), "asking");
  play.answer("a", ActionKind::retry);
  EXPECT_EQ(play.of("a"), "running");
  play.fail("a");
  play.answer("a", ActionKind::ignore);
  EXPECT_EQ(play.end(), "succeeded");
}

TEST(FailureRules, AScopeThatAsksDoesSoOnce) {
  auto ask = action(ActionKind::ask);
  ask.choices = {ActionKind::retry, ActionKind::ignore};
  ask.timeout = minutes(5);
  auto scope = plan::sequence("scope", {with_rule(leaf("a"), action(ActionKind::fail)), leaf("b")});
  Play play(plan::sequence("root", {with_rule(scope, ask)}));
  // When it fails as a whole
  play.fail("scope/a");
  // Then it waits for an answer, and goes on with that
  EXPECT_EQ(play.of("scope"), "asking");
  play.answer("scope", ActionKind::retry);
  EXPECT_EQ(play.active(), (Paths{"scope/a"}));
  play.fail("scope/a");
  play.answer("scope", ActionKind::ignore);
  EXPECT_EQ(play.end(), "succeeded");
}

TEST(FailureRules, WhatAsksNeitherRunsOutOfTimeNorFailsWithItsGuard) {
  auto ask = action(ActionKind::ask);
  ask.choices = {ActionKind::ignore};
  ask.timeout = minutes(5);
  auto guarded = with_rule(leaf("a"), ask);
  guarded.guards.push_back(leaf("guard"));
  guarded.timeout = plan::Timeout{minutes(1), plan::Timeout::Counts::wall};
  Play play(plan::sequence("root", {guarded}));
  play.fail("a");
  // When its guard fails and its time is over while it asks
  play.fail("a/!guard");
  play.pass(minutes(2));
  // Then it still asks
  EXPECT_EQ(play.of("a"), "asking");
  play.answer("a", ActionKind::ignore);
  EXPECT_EQ(play.end(), "succeeded");
}

TEST(FailureRules, AnAnswerIsKeptUntilTheGuardOfWhatAskedHasEnded) {
  // Given a step that asks while its guard is in the middle of something
  auto ask = action(ActionKind::ask);
  ask.choices = {ActionKind::retry};
  ask.timeout = minutes(5);
  auto guarded = with_rule(leaf("a"), ask);
  guarded.guards.push_back(leaf("guard"));
  Play play(plan::sequence("root", {guarded}));
  play.fail("a");
  // When a person answers
  play.answer("a", ActionKind::retry);
  // Then the guard ends first, and the step is tried again without another question
  EXPECT_EQ(play.of("a"), "asking");
  ASSERT_TRUE(play.ending("a/!guard"));
  play.cancelled("a/!guard");
  EXPECT_EQ(play.active(), (Paths{"a", "a/!guard"}));
  EXPECT_EQ(play.of("a"), "running");
}

TEST(FailureRules, AGuardThatAsksTooEndsWithTheAnswerOfWhatItGuards) {
  // Given a step and its guard that both failed, and both ask
  auto ask = action(ActionKind::ask);
  ask.choices = {ActionKind::retry};
  ask.timeout = minutes(5);
  auto guarded = with_rule(leaf("a"), ask);
  guarded.guards.push_back(leaf("guard"));
  Play play(plan::sequence("root", {guarded}));
  play.fail("a");
  play.fail("a/!guard");
  ASSERT_EQ(play.of("a/!guard"), "asking");
  // When a person has the step tried again
  play.answer("a", ActionKind::retry);
  // Then nobody has to answer for the guard of the try before
  EXPECT_EQ(play.of("a"), "running");
  EXPECT_EQ(play.of("a/!guard"), "running");
}

TEST(FailureRules, AStepThatIsTriedAgainEndsItsGuardsFirst) {
  auto guarded = with_rule(leaf("a"), action(ActionKind::retry, 1));
  guarded.guards.push_back(leaf("guard"));
  Play play(plan::sequence("root", {guarded, leaf("b")}));
  // When it fails while its guard is in the middle of something
  play.fail("a");
  // Then that is ended first, and what follows does not begin meanwhile
  EXPECT_EQ(play.of("a"), "failed");
  EXPECT_EQ(play.of("b"), "pending");
  play.cancelled("a/!guard");
  EXPECT_EQ(play.active(), (Paths{"a", "a/!guard"}));
}

TEST(FailureRules, ARuleHoldsWhereItsConditionDoes) {
  // Given rules of which the first can be evaluated only where an earlier step said something
  auto said = plan::to_json(plan::Expression{"pointer@1", "/nodes/a/optional"});
  auto end_with = [&](json::Value outputs) {
    auto b = with_rule(leaf("b"), action(ActionKind::ignore));
    b.on_failure.front().condition = said;
    b.on_failure.push_back({{}, {}, action(ActionKind::fail)});
    Play play(plan::sequence("root", {leaf("a"), b}));
    play.succeed("a", std::move(outputs));
    play.fail("b");
    return play.of("b");
  };
  EXPECT_EQ(end_with(json::Value{{"optional", true}}), "ignored");
  EXPECT_EQ(end_with(json::Value{{"optional", false}}), "failed");
  EXPECT_EQ(end_with(json::Value{{"other", true}}), "failed") << "nothing to evaluate";
}

TEST(FailureRules, AQuestionThatNobodyAnsweredRepeatsItsScopeOnceTheOthersHaveEnded) {
  // Given a step that asks, with another one at work beside it
  auto ask = action(ActionKind::ask);
  ask.choices = {ActionKind::ignore};
  ask.timeout = minutes(5);
  auto again = action(ActionKind::retry_scope, 1);
  again.scope = "scope";
  ask.then = {again};
  auto scope = plan::parallel("scope", {with_rule(leaf("a"), ask), leaf("b")});
  Play play(plan::sequence("root", {scope}));
  play.fail("scope/a");
  // When nobody answers in time
  play.pass(minutes(6));
  // Then the other one comes to its end first, and the scope begins anew
  EXPECT_EQ(play.of("scope/a"), "asking");
  EXPECT_TRUE(play.ending("scope/b"));
  play.cancelled("scope/b");
  EXPECT_EQ(play.active(), (Paths{"scope/a", "scope/b"}));
  EXPECT_EQ(play.of("scope/a"), "running");
}

TEST(FailureRules, WhatWasCancelledWithAFailureIsNotItsCause) {
  // Given a scope whose first step is cancelled because its second one failed
  auto both =
      plan::parallel("both", {leaf("a"), with_rule(leaf("b"), action(ActionKind::mark_failed))});
  auto scope = with_rule(plan::sequence("scope", {both}), action(ActionKind::ignore));
  Play play(plan::sequence("root", {scope}));
  play.fail("scope/both/b");
  play.cancelled("scope/both/a");
  // Then the scope's rule is asked, as for any failure below it
  EXPECT_EQ(play.of("scope/both"), "ignored");
  EXPECT_EQ(play.end(), "succeeded");
}

TEST(FailureRules, AQuestionThatNobodyAnswersIsDecidedByItsTime) {
  auto ask = action(ActionKind::ask);
  ask.choices = {ActionKind::retry};
  ask.timeout = minutes(5);
  ask.then = {action(ActionKind::ignore)};
  Play play(plan::sequence("root", {with_rule(leaf("a"), ask)}));
  play.fail("a");
  EXPECT_EQ(engine::next_due(play.plan(), play.state(), Time{}),
            play.events().back().at + minutes(5));
  play.pass(minutes(5));
  EXPECT_EQ(play.of("a"), "ignored");
}

TEST(FailureRules, WithoutTimeToAnswerNobodyIsAsked) {
  auto ask = action(ActionKind::ask);
  ask.choices = {ActionKind::retry};
  Play play(plan::sequence("root", {with_rule(leaf("a"), ask)}));
  play.fail("a");
  EXPECT_EQ(play.of("a"), "failed");
  EXPECT_EQ(play.end(), "failed");
}

}  // namespace
}  // namespace sluice::test
