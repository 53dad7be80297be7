#include "engine/play.hpp"

namespace sluice::test {
namespace {

using plan::ActionKind;

plan::Node rolls_back(plan::Node node) {
  return with_rule(std::move(node), action(ActionKind::roll_back));
}

TEST(Rollback, AFailureRollsTheScopeBack) {
  auto scope = rolls_back(with_compensation(plan::sequence("scope", {leaf("a"), leaf("b")})));
  Play play(plan::sequence("root", {scope}));
  play.succeed("scope/a");
  play.fail("scope/b");
  EXPECT_EQ(play.active(), Paths{"scope/~undo"});
  play.succeed("scope/~undo");
  EXPECT_EQ(play.of("scope"), "rolled_back");
  EXPECT_EQ(play.of("root"), "pending");
  EXPECT_EQ(play.of(""), "failed");
  EXPECT_FALSE(play.end().empty());
}

TEST(Rollback, WaitsForWhatIsAtWork) {
  auto scope = rolls_back(with_compensation(plan::parallel("scope", {leaf("a"), leaf("b")})));
  Play play(plan::sequence("root", {scope}));
  play.fail("scope/a");
  EXPECT_EQ(play.active(), Paths{"scope/b"});
  ASSERT_TRUE(play.ending("scope/b"));
  play.cancelled("scope/b");
  EXPECT_EQ(play.active(), Paths{"scope/~undo"});
}

TEST(Rollback, OfAStepWaitsForWhatTheStepItselfDoesOutside) {
  auto guarded = rolls_back(leaf("a"));
  guarded.guards.push_back(leaf("guard"));
  Play play(plan::sequence("root", {guarded}));
  play.tell(engine::event::effect_intended,
            json::Value{{"node", "a"}, {"effect", json::Value{{"name", "SendRequest"}}}});
  play.fail("a/!guard");
  EXPECT_EQ(play.of("a"), "running");
  play.tell(engine::event::effect_happened, json::Value{{"node", "a"}});
  EXPECT_EQ(play.of("a"), "rolled_back");
}

TEST(Rollback, OfAStopAlsoTakesAScopeThatWaitsForItsNextTry) {
  auto again = action(ActionKind::retry_scope, 1);
  again.scope = "scope";
  again.intervals = {std::chrono::minutes(1)};
  auto scope = with_compensation(plan::sequence("scope", {with_rule(leaf("a"), again)}));
  Play play(plan::sequence("root", {scope}));
  play.fail("scope/a");
  ASSERT_EQ(play.of("scope"), "pending");
  play.stop(false);
  EXPECT_EQ(play.active(), Paths{"scope/~undo"});
  play.succeed("scope/~undo");
  EXPECT_EQ(play.of("scope"), "rolled_back");
}

TEST(Rollback, OfAScopeThatCouldNotBeginIsThatOfTheOneAroundIt) {
  auto inner = with_compensation(plan::sequence("inner", {leaf("b")}));
  inner.when = plan::to_json(plan::Expression{"pointer@1", "/nothing"});
  auto scope = rolls_back(with_compensation(plan::sequence("scope", {leaf("a"), inner})));
  Play play(plan::sequence("root", {scope}));
  play.succeed("scope/a");
  EXPECT_EQ(play.active(), Paths{"scope/~undo"});
  play.succeed("scope/~undo");
  EXPECT_EQ(play.of("scope"), "rolled_back");
}

TEST(Rollback, EndsWhatIsParkedAtOnce) {
  auto scope = rolls_back(with_compensation(plan::parallel("scope", {leaf("a"), leaf("b")})));
  Play play(plan::sequence("root", {scope}));
  play.park("scope/b");
  play.fail("scope/a");
  EXPECT_EQ(play.of("scope/b"), "cancelled");
  EXPECT_EQ(play.active(), Paths{"scope/~undo"});
}

TEST(Rollback, AScopeWithoutItsOwnRunsItsFinishedChildrensInReverse) {
  auto roll_back = action(ActionKind::roll_back);
  roll_back.scope = "all";
  auto all = plan::sequence("all", {with_compensation(plan::sequence("one", {leaf("a")})),
                                    with_compensation(plan::sequence("two", {leaf("a")})),
                                    with_compensation(plan::sequence("three", {leaf("a")}))});
  all = with_rule(all, roll_back);
  Play play(plan::sequence("root", {all}));
  play.succeed("all/one/a");
  play.fail("all/two/a");
  EXPECT_EQ(play.active(), Paths{"all/two/~undo"});
  play.succeed("all/two/~undo");
  EXPECT_EQ(play.active(), Paths{"all/one/~undo"});
  play.succeed("all/one/~undo");
  EXPECT_EQ(play.of("all"), "rolled_back");
  EXPECT_EQ(play.of("all/three"), "pending");
}

TEST(Rollback, ItsOwnFailureIsNotRolledBackAgain) {
  auto scope = rolls_back(with_compensation(plan::sequence("scope", {leaf("a")})));
  Play play(plan::sequence("root", {scope}));
  play.fail("scope/a");
  play.fail("scope/~undo");
  EXPECT_EQ(play.of("scope"), "failed");
  EXPECT_EQ(play.end(), "needs_person");
}

TEST(Rollback, AGateBehindAFinishedScopeRollsItBackByNamingIt) {
  auto roll_back = action(ActionKind::roll_back);
  roll_back.scope = "target/release";
  auto release = with_compensation(plan::sequence("release", {leaf("a")}));
  auto target = plan::sequence("target", {release, with_rule(leaf("gate"), roll_back)});
  Play play(plan::sequence("root", {target}));
  play.succeed("target/release/a");
  ASSERT_EQ(play.of("target/release"), "succeeded");
  play.fail("target/gate", plan::ErrorClass::rejected);
  EXPECT_EQ(play.active(), Paths{"target/release/~undo"});
  play.succeed("target/release/~undo");
  EXPECT_EQ(play.of("target/release"), "rolled_back");
  EXPECT_EQ(play.of("target"), "failed");
  int rollbacks = 0;
  for (auto const& event : play.events())
    rollbacks += event.type == engine::event::rollback_started;
  EXPECT_EQ(rollbacks, 1);
  EXPECT_FALSE(play.end().empty());
}

TEST(Rollback, OnRequestGoesBackToWhatHasFinishedToo) {
  auto release = with_compensation(plan::sequence("release", {leaf("a")}));
  Play play(plan::sequence("root", {release, leaf("later")}));
  play.succeed("release/a");
  play.stop(true);
  ASSERT_TRUE(play.ending("later"));
  EXPECT_EQ(play.active(), (Paths{"later", "release/~undo"}));
  play.succeed("release/~undo");
  play.cancelled("later");
  EXPECT_EQ(play.end(), "rolled_back");
}

TEST(Rollback, AStopTakesBackOnlyWhatIsUnderWay) {
  auto first = with_compensation(plan::sequence("first", {leaf("a")}));
  auto second = with_compensation(plan::sequence("second", {leaf("a")}));
  Play play(plan::sequence("root", {first, second}));
  play.succeed("first/a");
  play.stop(false);
  play.cancelled("second/a");
  EXPECT_EQ(play.active(), Paths{"second/~undo"});
  play.succeed("second/~undo");
  EXPECT_EQ(play.of("first"), "succeeded");
  EXPECT_EQ(play.end(), "stopped");
}

TEST(Rollback, AScopeThatStaysIsLeftSplit) {
  auto release = with_compensation(plan::sequence("release", {leaf("a")}));
  release.stay_on_stop = true;
  release.children[0].step->input.set("release", "t/f");
  plan::Node root = plan::sequence("root", {leaf("first"), release});
  Play play(plan::sequence("root", {leaf("first")}));
  play.plan().releases.push_back({.id = "t/f"});
  play.plan().root = root;
  play.succeed("first");
  play.tell(engine::event::note,
            json::Value{{"release",
                         json::Value{{"id", "t/f"}, {"set", json::Value{{"place", "moving"}}}}}});
  play.stop(false);
  play.cancelled("release/a");
  EXPECT_EQ(play.end(), "stopped");
  EXPECT_EQ(play.state().releases.at("t/f")["place"].as_string(), "left_split");
}

TEST(Rollback, WhatNobodyPutBackIsUnknown) {
  Play play(plan::sequence("root", {leaf("a")}));
  play.tell(engine::event::note,
            json::Value{{"release",
                         json::Value{{"id", "t/f"}, {"set", json::Value{{"place", "moving"}}}}}});
  play.fail("a");
  EXPECT_EQ(play.end(), "needs_person");
  EXPECT_EQ(play.state().releases.at("t/f")["place"].as_string(), "unknown");
}

TEST(Rollback, TheJournalAloneGivesTheSameState) {
  auto scope = rolls_back(with_compensation(plan::parallel("scope", {leaf("a"), leaf("b")})));
  Play play(plan::sequence("root", {scope}));
  play.park("scope/b");
  play.fail("scope/a");
  play.succeed("scope/~undo");
  engine::RunState again;
  again.id = play.state().id;
  for (auto const& event : play.events()) engine::apply(again, play.plan(), event);
  EXPECT_EQ(again.end_state, play.end());
  EXPECT_EQ(again.last_seq, play.state().last_seq);
  for (auto const& [path, node] : play.state().nodes)
    EXPECT_EQ(again.node(path).status, node.status) << path;
}

struct End {
  std::string_view place;
  bool stop, roll_back, fails;
  std::string_view state;
};

class EndState : public testing::TestWithParam<End> {};

TEST_P(EndState, IsComputedFromTheReleases) {
  auto const& row = GetParam();
  Play play(plan::sequence("root", {leaf("a")}));
  play.tell(engine::event::note,
            json::Value{{"release",
                         json::Value{{"id", "t/f"}, {"set", json::Value{{"place", row.place}}}}}});
  if (row.stop)
    play.stop(row.roll_back), play.cancelled("a");
  else if (row.fails)
    play.fail("a");
  else
    play.succeed("a");
  EXPECT_EQ(play.end(), row.state);
}

INSTANTIATE_TEST_SUITE_P(Places, EndState,
                         testing::Values(End{"on_candidate", false, false, false, "succeeded"},
                                         End{"unchanged", false, false, false, "succeeded"},
                                         End{"on_candidate", false, false, true, "failed"},
                                         End{"on_baseline", false, false, true, "rolled_back"},
                                         End{"unchanged", false, false, true, "failed"},
                                         End{"on_baseline", true, true, false, "rolled_back"},
                                         End{"on_candidate", true, true, false, "failed"},
                                         End{"on_baseline", true, false, false, "stopped"},
                                         End{"changed_by_others", false, false, true,
                                             "needs_person"},
                                         End{"moving", false, false, true, "needs_person"},
                                         End{"unknown", true, true, false, "needs_person"}));

}  // namespace
}  // namespace sluice::test
