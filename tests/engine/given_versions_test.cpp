#include <gmock/gmock.h>

#include <atomic>

#include "engine/deployment.hpp"

/// Releases of versions that exist already: nothing is published, and the alias alone is read and
/// written. The fixture refuses every other call.
namespace sluice {
namespace {

using namespace engine;
using test::Gate;
using testing::HasSubstr;

class GivenVersions : public test::Deployment {
 protected:
  static NodeState const& prepare_of(RunState const& state) {
    return state.node("release/prepare");
  }
};

TEST_F(GivenVersions, MoveTheAliasWithTheRightsOfCodeDeploysRole) {
  auto state = run(deployment(versions("1", "2"), {shift(10), shift(100)}));
  EXPECT_EQ(state.end_state, "succeeded");
  EXPECT_EQ(place(state), "on_candidate");
  EXPECT_EQ(alias_in_words(), "version 2");
  EXPECT_EQ(state.releases.at(release_id)["baseline_version"].as_string(), "1");
  EXPECT_EQ(state.releases.at(release_id)["candidate_version"].as_string(), "2");
}

TEST_F(GivenVersions, GoBackWithTheSameRights) {
  // Given a hook that stands between the shifts
  auto plan =
      deployment(versions("1", "2"), {shift(10), plan::leaf("hook", hook(after_hook)), shift(100)});
  roll_back(plan);
  auto id = start(plan);
  until_waiting(id);
  ASSERT_EQ(alias_in_words(), "version 1, 10 % to version 2");
  // When somebody stops the run
  ASSERT_TRUE(rehearsal.engine().signal(id, {"stop", "", "tester", "", {}}));
  auto stopped = rehearsal.wait(id).state;
  // Then another one has put the traffic back
  EXPECT_EQ(stopped.end_state, "stopped");
  ASSERT_FALSE(stopped.linked_run.empty());
  auto linked = rehearsal.wait(stopped.linked_run).state;
  EXPECT_EQ(linked.end_state, "rolled_back");
  EXPECT_EQ(place(linked), "on_baseline");
  EXPECT_EQ(alias_in_words(), "version 1");
}

TEST_F(GivenVersions, AnAliasThatIsElsewhereIsNotTouched) {
  point_at("2", {});
  auto state = run(deployment(versions("1", "3"), {shift(100)}));
  EXPECT_EQ(state.end_state, "failed");
  EXPECT_EQ(prepare_of(state).error, plan::ErrorClass::conflict);
  EXPECT_EQ(prepare_of(state).reason,
            "alias orders:live is at version 2, and version 1 is declared as the one that it goes "
            "on from");
  EXPECT_THAT(prepare_of(state).hint, HasSubstr("Declare version 2 as the current one"));
  EXPECT_EQ(place(state), "unchanged");
  EXPECT_EQ(alias_in_words(), "version 2");
}

TEST_F(GivenVersions, TheTargetMustBeAnother) {
  for (auto const* from : {"1", ""}) {
    auto state = run(deployment(versions(from, "1"), {shift(100)}));
    EXPECT_EQ(state.end_state, "failed");
    EXPECT_EQ(prepare_of(state).error, plan::ErrorClass::configuration);
    EXPECT_THAT(prepare_of(state).reason, HasSubstr("serves version 1 already"));
  }
}

TEST_F(GivenVersions, TheCurrentOneNeedNotBeNamed) {
  auto state = run(deployment(versions("", "2"), {shift(100)}));
  EXPECT_EQ(state.end_state, "succeeded");
  EXPECT_EQ(state.releases.at(release_id)["baseline_version"].as_string(), "1");
}

TEST_F(GivenVersions, ASplitAliasIsRefusedOrHealed) {
  point_at("1", {{"2", 0.5}});
  auto release = versions("1", "2");
  auto refused = run(deployment(release, {shift(100)}));
  EXPECT_EQ(prepare_of(refused).error, plan::ErrorClass::conflict);
  EXPECT_THAT(prepare_of(refused).reason, HasSubstr("split already"));
  EXPECT_EQ(alias_in_words(), "version 1, 50 % to version 2");
  release.heal_to_primary = true;
  EXPECT_EQ(run(deployment(release, {shift(100)})).end_state, "succeeded");
  EXPECT_EQ(alias_in_words(), "version 2");
}

TEST_F(GivenVersions, AnAliasThatIsElsewhereIsNotHealed) {
  point_at("2", {{"1", 0.5}});
  auto release = versions("1", "3");
  release.heal_to_primary = true;
  auto state = run(deployment(release, {shift(100)}));
  EXPECT_THAT(prepare_of(state).reason, HasSubstr("is at version 2"));
  EXPECT_EQ(alias_in_words(), "version 2, 50 % to version 1");
}

TEST_F(GivenVersions, AShiftWaitsForProvisionedConcurrency) {
  // Given an alias whose capacity takes one look to move
  std::atomic<int> looks = 0;
  on_capacity = [&]() -> Gate::Sent {
    bool const moves = ++looks == 2;
    return net::Response{
        200,
        {},
        std::string(R"({"RequestedProvisionedConcurrentExecutions":5,"Status":")") +
            (moves ? "IN_PROGRESS" : "READY") + "\"}",
        {},
        {}};
  };
  auto state = run(deployment(versions("1", "2"), {shift(100)}));
  EXPECT_EQ(state.end_state, "succeeded");
  EXPECT_EQ(looks, 3);
  EXPECT_THAT(journal(state.id),
              HasSubstr("AWS to move the provisioned concurrency of orders:live"));
}

TEST_F(GivenVersions, AMissingAliasIsNamed) {
  auto release = versions("1", "2");
  release.alias = "blue";
  auto state = run(deployment(release, {shift(100)}));
  EXPECT_EQ(prepare_of(state).error, plan::ErrorClass::configuration);
  EXPECT_THAT(prepare_of(state).reason,
              HasSubstr("alias orders:blue does not exist: Cannot find alias arn:"));
  EXPECT_FALSE(state.releases.at(release_id)["alias_existed"].as_bool());
}

TEST_F(GivenVersions, AMissingFunctionIsNamed) {
  auto release = versions("1", "2");
  release.function = "payments";
  auto state = run(deployment(release, {shift(100)}));
  EXPECT_EQ(prepare_of(state).error, plan::ErrorClass::configuration);
  EXPECT_THAT(prepare_of(state).reason, HasSubstr("alias payments:live does not exist: "));
}

TEST_F(GivenVersions, AMissingVersionFailsTheFirstShiftAndChangesNothing) {
  auto state = run(deployment(versions("1", "9"), {shift(10), shift(100)}));
  EXPECT_EQ(state.end_state, "failed");
  auto const& shift = state.node("release/shift-10");
  EXPECT_EQ(shift.error, plan::ErrorClass::configuration);
  EXPECT_THAT(shift.reason, HasSubstr("Lambda UpdateAlias on orders:live"));
  EXPECT_THAT(shift.reason, HasSubstr(":orders:9"));
  EXPECT_EQ(place(state), "unchanged");
  EXPECT_EQ(alias_in_words(), "version 1");
}

TEST_F(GivenVersions, AStopThatWantsNoRollbackLeavesThemSplit) {
  auto plan =
      deployment(versions("1", "2"), {shift(10), plan::leaf("hook", hook(after_hook)), shift(100)});
  roll_back(plan);
  auto id = start(plan);
  until_waiting(id);
  Signal stop{.kind = "stop", .node = "", .by = "tester", .reason = "", .data = {}};
  stop.data = json::Value{{"stay", true}};
  ASSERT_TRUE(rehearsal.engine().signal(id, stop));
  auto state = rehearsal.wait(id).state;
  EXPECT_EQ(state.end_state, "stopped");
  EXPECT_TRUE(state.linked_run.empty());
  EXPECT_EQ(place(state), "left_split");
  EXPECT_EQ(alias_in_words(), "version 1, 10 % to version 2");
}

TEST_F(GivenVersions, APlanWithoutRollbackIsLeftSplitByAStopAndByAFailure) {
  auto plan =
      deployment(versions("1", "2"), {shift(10), plan::leaf("hook", hook(after_hook)), shift(100)});
  plan.root.children.front().stay_on_stop = true;
  auto id = start(plan);
  until_waiting(id);
  ASSERT_TRUE(rehearsal.engine().signal(id, {"stop", "", "tester", "", {}}));
  auto stopped = rehearsal.wait(id).state;
  EXPECT_EQ(stopped.end_state, "stopped");
  EXPECT_EQ(place(stopped), "left_split");
  point_at("1", {});
  on_hook = [this](net::Request const&, json::Value const& payload) -> Gate::Sent {
    EXPECT_TRUE(report(payload, "Failed"));
    return accepted();
  };
  auto failed = run(plan);
  EXPECT_EQ(failed.end_state, "failed");
  EXPECT_EQ(place(failed), "left_split");
  EXPECT_EQ(alias_in_words(), "version 1, 10 % to version 2");
}

TEST_F(GivenVersions, AFailureThatOnlyAStopWouldRollBackLeavesThemSplit) {
  auto plan =
      deployment(versions("1", "2"), {shift(10), plan::leaf("hook", hook(after_hook)), shift(100)});
  roll_back(plan);
  plan.root.children.front().on_failure.clear();
  on_hook = [this](net::Request const&, json::Value const& payload) -> Gate::Sent {
    EXPECT_TRUE(report(payload, "Failed"));
    return accepted();
  };
  auto state = run(plan);
  EXPECT_EQ(state.end_state, "failed");
  EXPECT_TRUE(state.linked_run.empty());
  EXPECT_EQ(place(state), "left_split");
}

TEST_F(GivenVersions, ARollbackThatSomebodyAsksForPutsAStayingScopeBack) {
  auto plan =
      deployment(versions("1", "2"), {shift(10), plan::leaf("hook", hook(after_hook)), shift(100)});
  roll_back(plan);
  plan.root.children.front().stay_on_stop = true;
  auto id = start(plan);
  until_waiting(id);
  ASSERT_TRUE(rehearsal.engine().signal(id, {"rollback", "", "tester", "", {}}));
  auto state = rehearsal.wait(id).state;
  ASSERT_FALSE(state.linked_run.empty());
  EXPECT_EQ(place(rehearsal.wait(state.linked_run).state), "on_baseline");
  EXPECT_EQ(alias_in_words(), "version 1");
}

}  // namespace
}  // namespace sluice
