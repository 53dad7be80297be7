#include <gtest/gtest.h>

#include "engine/rehearsal.hpp"

namespace sluice {
namespace {

std::string orders(std::string const& code, std::string const& more = "") {
  return R"(function: orders
region: eu-west-1
alias: live
runtime: nodejs20.x
handler: index.handler
role: arn:aws:iam::000000000000:role/orders
package: )" +
         code + ".zip\n" + more;
}

constexpr char in_steps[] =
    "strategy:\n  - shift: 10\n    pause: 10ms\n  - shift: 50\n    pause: 10ms\n";

json::Value release_of(engine::Snapshot const& snapshot) {
  return snapshot.state.releases.at("default/orders");
}

std::string story(engine::Snapshot const& snapshot) {
  std::string text = snapshot.state.end_state + "\n";
  for (auto const& [path, it] : snapshot.state.nodes)
    text += path + ": " + std::string(engine::name_of(it.status)) + " " + it.reason + "\n";
  for (auto const& [id, release] : snapshot.state.releases)
    text += id + ": " + release.dump() + "\n";
  return text;
}

TEST(Release, FirstDeploymentCreatesFunctionAndAlias) {
  test::Rehearsal rehearsal;
  auto end = rehearsal.run(orders("one", in_steps));
  ASSERT_EQ(end.state.end_state, "succeeded") << story(end);
  EXPECT_EQ(release_of(end)["place"].as_string(), "on_candidate");
  auto alias = rehearsal.lambda().get_alias("orders", "live");
  ASSERT_TRUE(alias);
  EXPECT_EQ(alias->function_version, "1");
}

TEST(Release, AFirstDeploymentDoesNotWaitForTrafficThatDoesNotMove) {
  test::Rehearsal rehearsal;
  auto end = rehearsal.run(orders("one", "strategy:\n  - shift: 10\n    pause: 1h\n"));
  EXPECT_EQ(end.state.end_state, "succeeded") << story(end);
  EXPECT_EQ(end.state.node("default/release/pause").status, engine::NodeStatus::skipped);
}

TEST(Release, AnAliasThatIsStillToComeServesNobody) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one", in_steps));
  // Given another alias that will be created at the end of a release
  std::string text = orders(
      "two", "strategy:\n  - shift: 100\n  - approve: Go on?\nmissing_alias: create_at_end\n");
  text.replace(text.find("alias: live"), 11, "alias: next");
  auto run = rehearsal.start(text);
  rehearsal.until_asked(run);
  // When that is not done yet, Then the release does not count as live
  auto snapshot = rehearsal.engine().snapshot(run);
  EXPECT_EQ(release_of(*snapshot)["place"].as_string(), "unchanged") << story(*snapshot);
  engine::Signal approve{.kind = "approve", .node = "", .by = "tester", .reason = "", .data = {}};
  ASSERT_TRUE(rehearsal.engine().signal(run, approve));
  auto end = rehearsal.wait(run);
  EXPECT_EQ(release_of(end)["place"].as_string(), "on_candidate") << story(end);
}

TEST(Release, ASecondVersionIsShiftedInSteps) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one", in_steps));
  auto end = rehearsal.run(orders("two", in_steps));
  ASSERT_EQ(end.state.end_state, "succeeded") << story(end);
  auto alias = rehearsal.lambda().get_alias("orders", "live");
  EXPECT_EQ(alias->function_version, "2");
  EXPECT_TRUE(alias->weights.empty());
}

TEST(Release, NothingToDoWritesNothing) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one", in_steps));
  rehearsal.endpoint().calls().clear();
  auto end = rehearsal.run(orders("one", in_steps));
  ASSERT_EQ(end.state.end_state, "succeeded") << story(end);
  EXPECT_EQ(release_of(end)["place"].as_string(), "unchanged");
}

TEST(Release, StopPutsTheAliasBack) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one", in_steps));
  auto run = rehearsal.start(orders("two", "strategy:\n  - shift: 10\n    pause: 1h\n"));
  engine::Engine& engine = rehearsal.engine();
  while (rehearsal.lambda().get_alias("orders", "live")->weights.empty()) std::this_thread::yield();
  ASSERT_TRUE(
      engine.signal(run, {.kind = "stop", .node = "", .by = "tester", .reason = "", .data = {}}));
  auto end = rehearsal.wait(run);
  EXPECT_EQ(end.state.end_state, "stopped") << story(end);
  EXPECT_EQ(release_of(end)["place"].as_string(), "on_baseline") << story(end);
  auto alias = rehearsal.lambda().get_alias("orders", "live");
  EXPECT_EQ(alias->function_version, "1");
  EXPECT_TRUE(alias->weights.empty());
}

TEST(Release, ARunWhoseProcessDiedIsRolledBackWithoutGoingOnFirst) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one", in_steps));
  auto run = rehearsal.start(
      orders("two", "strategy:\n  - shift: 10\n    pause: 10ms\n  - shift: 50\n    pause: 1h\n"));
  auto at = [&] { return rehearsal.lambda().get_alias("orders", "live")->weights; };
  while (at().empty() || at().begin()->second < 0.5) std::this_thread::yield();
  rehearsal.restart();
  engine::Signal rollback{.kind = "rollback", .node = "", .by = "tester", .reason = "", .data = {}};
  ASSERT_TRUE(rehearsal.engine().signal_unexecuted(run, rollback));
  EXPECT_FALSE(rehearsal.engine().signal_unexecuted(run, rollback));
  EXPECT_EQ(rehearsal.lambda().get_alias("orders", "live")->weights.size(), 1u);
  ASSERT_TRUE(rehearsal.engine().resume(run, rehearsal.services()));
  auto end = rehearsal.wait(run);
  EXPECT_EQ(end.state.end_state, "rolled_back") << story(end);
  auto alias = rehearsal.lambda().get_alias("orders", "live");
  EXPECT_EQ(alias->function_version, "1");
  EXPECT_TRUE(alias->weights.empty());
}

TEST(Release, AStopOfARunWhoseProcessDiedWaitsInTheJournal) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one", in_steps));
  auto run = rehearsal.start(orders("two", "strategy:\n  - shift: 10\n    pause: 1h\n"));
  while (rehearsal.lambda().get_alias("orders", "live")->weights.empty()) std::this_thread::yield();
  rehearsal.restart();
  engine::Engine& engine = rehearsal.engine();
  engine::Signal stop{
      .kind = "stop", .node = "", .by = "tester", .reason = "wrong build", .data = {}};
  ASSERT_TRUE(engine.signal_unexecuted(run, stop));
  auto again = engine.signal_unexecuted(run, stop);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_NE(again.error().message.find("already to be stopped (asked by tester)"),
            std::string::npos);
  auto row = engine.with_store([&](store::Store& store) { return store.run(run); });
  EXPECT_EQ((*row)->owner, "");
  ASSERT_TRUE(engine.resume(run, rehearsal.services()));
  auto end = rehearsal.wait(run);
  EXPECT_EQ(end.state.end_state, "stopped") << story(end);
  EXPECT_TRUE(rehearsal.lambda().get_alias("orders", "live")->weights.empty());
}

TEST(Release, ACheckWithoutTrafficRollsBack) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one", in_steps));
  auto end =
      rehearsal.run(orders("two", "strategy:\n  - shift: 10\n    watch: {for: 1s, grace: 0s}\n"));
  EXPECT_EQ(end.state.end_state, "rolled_back") << story(end);
  EXPECT_EQ(release_of(end)["place"].as_string(), "on_baseline") << story(end);
}

TEST(Release, PromoteEndsACheckThatWaitsForAPerson) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one", in_steps));
  auto run = rehearsal.start(orders(
      "two", "strategy:\n  - shift: 10\n    watch: {for: 1s, grace: 0s, on_no_data: hold}\n"));
  auto asks = [&] {
    auto snapshot = rehearsal.engine().snapshot(run);
    return snapshot && std::ranges::any_of(snapshot->state.nodes, [](auto const& entry) {
             return entry.second.asks_person;
           });
  };
  while (!asks()) std::this_thread::yield();
  ASSERT_TRUE(rehearsal.engine().signal(
      run, {.kind = "promote", .node = "", .by = "tester", .reason = "", .data = {}}));
  auto end = rehearsal.wait(run);
  EXPECT_EQ(end.state.end_state, "succeeded") << story(end);
  auto alias = rehearsal.lambda().get_alias("orders", "live");
  EXPECT_EQ(alias->function_version, "2");
  EXPECT_TRUE(alias->weights.empty());
}

TEST(Release, WithoutAliasARollbackRepublishes) {
  test::Rehearsal rehearsal;
  auto file = [](std::string const& code, int memory, std::string const& more) {
    return "function: plain\nregion: eu-west-1\nruntime: nodejs20.x\nhandler: index.handler\n"
           "role: arn:aws:iam::000000000000:role/plain\nmemory: " +
           std::to_string(memory) + "\npackage: " + code + ".zip\n" + more;
  };
  ASSERT_EQ(rehearsal.run(file("one", 128, "")).state.end_state, "succeeded");
  auto before = rehearsal.lambda().get_function("plain");
  std::string reject = "strategy:\n  - approve: {message: sure}\n";
  auto run = rehearsal.start(file("two", 256, reject));
  while (!rehearsal.engine().signal(
      run, {.kind = "reject", .node = "", .by = "tester", .reason = "no", .data = {}}))
    std::this_thread::yield();
  auto end = rehearsal.wait(run);
  EXPECT_EQ(end.state.end_state, "rolled_back") << story(end);
  auto after = rehearsal.lambda().get_function("plain");
  EXPECT_EQ(after->record.code_sha256(), before->record.code_sha256()) << story(end);
  EXPECT_EQ(after->record.configuration["MemorySize"].as_int(), 128);
  EXPECT_EQ(end.state.releases.at("default/plain")["restored_version"].as_string(), "3")
      << story(end);
}

TEST(Release, AMissingAliasIsCreatedOnTheBaselineAndThenShifted) {
  test::Rehearsal rehearsal;
  std::string without = orders("one");
  without.erase(without.find("alias: live\n"), 12);
  ASSERT_EQ(rehearsal.run(without).state.end_state, "succeeded");
  auto end = rehearsal.run(orders("two", in_steps));
  ASSERT_EQ(end.state.end_state, "succeeded") << story(end);
  EXPECT_EQ(release_of(end)["baseline_version"].as_string(), "1") << story(end);
  EXPECT_EQ(end.state.node("default/release/shift-10").status, engine::NodeStatus::succeeded)
      << story(end);
  EXPECT_EQ(rehearsal.lambda().get_alias("orders", "live")->function_version, "2");
}

TEST(Release, AnotherRoleCannotBeShiftedInStepsAndNothingIsTouched) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one", in_steps));
  std::string other = orders("two", in_steps);
  other.replace(other.find("role/orders"), 11, "role/others");
  auto end = rehearsal.run(other);
  EXPECT_EQ(end.state.end_state, "failed") << story(end);
  EXPECT_EQ(release_of(end)["place"].as_string(), "unchanged");
  EXPECT_THAT(end.state.node("default/release/prepare").reason,
              testing::HasSubstr("execution role changes"));
  EXPECT_EQ(rehearsal.lambda().list_versions("orders")->size(), 2u);  // $LATEST and 1
}

TEST(Release, ASplitAliasIsRefusedAndCanBeHealed) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one", in_steps));
  rehearsal.run(orders("two", in_steps));
  auto lambda = rehearsal.lambda();
  ASSERT_TRUE(lambda.update_alias("orders", "live", {"2", {{"1", 0.25}}, ""}));
  auto refused = rehearsal.run(orders("three", in_steps));
  EXPECT_EQ(refused.state.end_state, "failed") << story(refused);
  EXPECT_THAT(refused.state.node("default/release/prepare").reason,
              testing::HasSubstr("25 % to version 1"));
  auto healed = rehearsal.run(orders("three", std::string(in_steps) + "heal: to_primary\n"));
  EXPECT_EQ(healed.state.end_state, "succeeded") << story(healed);
  EXPECT_EQ(release_of(healed)["baseline_version"].as_string(), "2");
}

TEST(Release, AForeignHandOnTheAliasIsHeldAndAPersonMayRollBack) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one", in_steps));
  rehearsal.run(orders("two", in_steps));
  auto run = rehearsal.start(
      orders("three", "strategy:\n  - shift: 10\n    pause: 1h\n  - shift: 50\n    pause: 1h\n"));
  auto lambda = rehearsal.lambda();
  while (lambda.get_alias("orders", "live")->weights.empty()) std::this_thread::yield();
  ASSERT_TRUE(lambda.update_alias("orders", "live", {"1", {}, ""}));
  auto signal = [&](char const* kind) {
    return rehearsal.engine().signal(
        run, {.kind = kind, .node = "", .by = "tester", .reason = "", .data = {}});
  };
  while (!signal("skip")) std::this_thread::yield();
  auto asks = [&] {
    return rehearsal.engine().snapshot(run)->state.node("default/release/shift-50").status;
  };
  while (asks() != engine::NodeStatus::asking) std::this_thread::yield();
  ASSERT_TRUE(rehearsal.engine().signal(run, {.kind = "rollback",
                                              .node = "default/release/shift-50",
                                              .by = "tester",
                                              .reason = "",
                                              .data = {}}));
  auto end = rehearsal.wait(run);
  EXPECT_EQ(lambda.get_alias("orders", "live")->function_version, "1") << story(end);
  EXPECT_EQ(end.state.end_state, "rolled_back") << story(end);
}

struct Policy {
  char const* name;
  char const* state;
  char const* version;  ///< where the alias ends
};

class ExternalChange : public testing::TestWithParam<Policy> {};

TEST_P(ExternalChange, IsTreatedAsThePlanSays) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one", in_steps));
  rehearsal.run(orders("two", in_steps));
  std::string steps = "strategy:\n  - shift: 10\n    pause: 1h\non_external_change: ";
  auto run = rehearsal.start(orders("three", steps + GetParam().name + "\nhold_timeout: 0s\n"));
  auto lambda = rehearsal.lambda();
  while (lambda.get_alias("orders", "live")->weights.empty()) std::this_thread::yield();
  ASSERT_TRUE(lambda.update_alias("orders", "live", {"1", {}, ""}));
  engine::Signal skip{.kind = "skip", .node = "", .by = "tester", .reason = "", .data = {}};
  while (!rehearsal.engine().signal(run, skip)) std::this_thread::yield();
  auto end = rehearsal.wait(run);
  EXPECT_EQ(end.state.end_state, GetParam().state) << story(end);
  EXPECT_EQ(lambda.get_alias("orders", "live")->function_version, GetParam().version) << story(end);
}

INSTANTIATE_TEST_SUITE_P(Table, ExternalChange,
                         testing::Values(Policy{"hold", "needs_person", "1"},
                                         Policy{"roll_back", "rolled_back", "1"},
                                         Policy{"continue", "succeeded", "3"}),
                         [](auto const& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace sluice
