#include "engine/hook.hpp"

#include <gmock/gmock.h>

#include <future>

#include "engine/deployment.hpp"
#include "engine/steps/steps.hpp"
#include "engine/waits.hpp"

/// Functions of a release's lifecycle, and the reports of their executions.
namespace sluice {
namespace {

using namespace engine;
using test::Gate;
using testing::HasSubstr;
using testing::Not;

class HookTest : public test::Deployment {
 protected:
  /// One hook before the one shift.
  static plan::Plan plan_with(plan::HookStep const& step) {
    return deployment(versions("1", "2"), {plan::leaf("hook", step), shift(100)});
  }
  void report_at_once(std::string const& status) {
    on_hook = [this, status](net::Request const&, json::Value const& payload) -> Gate::Sent {
      EXPECT_TRUE(report(payload, status));
      return accepted();
    };
  }
  static std::string id_in(net::Request const& invocation) {
    return (*json::parse(invocation.body))["LifecycleEventHookExecutionId"].as_string();
  }
  static NodeState const& hook_of(RunState const& state) { return state.node("release/hook"); }
};

TEST_F(HookTest, IsInvokedAsAnEventWithTwoMembersAndEndsWithItsReport) {
  report_at_once("Succeeded");
  auto state = run(plan_with(hook(before_hook)));
  EXPECT_EQ(state.end_state, "succeeded");
  ASSERT_EQ(invocations.size(), 1u);
  EXPECT_EQ(invocations[0].headers.get("X-Amz-Invocation-Type"), "Event");
  auto payload = *json::parse(invocations[0].body);
  ASSERT_EQ(payload.members().size(), 2u);
  EXPECT_EQ(payload["DeploymentId"].as_string(), state.id);
  EXPECT_EQ(payload["LifecycleEventHookExecutionId"].as_string().size(), 64u);
  EXPECT_EQ(alias_in_words(), "version 2");
}

TEST_F(HookTest, ItsIdStandsNowhereInTheJournal) {
  report_at_once("Succeeded");
  auto state = run(plan_with(hook(before_hook)));
  EXPECT_THAT(journal(state.id), HasSubstr("report"));
  EXPECT_THAT(journal(state.id), Not(HasSubstr(id_in(invocations.at(0)))));
}

TEST_F(HookTest, CanBeToldTheVersions) {
  report_at_once("Succeeded");
  auto step = hook(after_hook);
  step.tells_versions = true;
  run(plan_with(step));
  auto payload = *json::parse(invocations.at(0).body);
  EXPECT_EQ(payload["Function"].as_string(), "orders");
  EXPECT_EQ(payload["Alias"].as_string(), "live");
  EXPECT_EQ(payload["CurrentVersion"].as_string(), "1");
  EXPECT_EQ(payload["TargetVersion"].as_string(), "2");
  EXPECT_EQ(payload["LifecycleEvent"].as_string(), "AfterAllowTraffic");
}

TEST_F(HookTest, ReportedAsFailedFailsTheRelease) {
  report_at_once("Failed");
  auto state = run(plan_with(hook(before_hook)));
  EXPECT_EQ(state.end_state, "failed");
  EXPECT_EQ(hook_of(state).error, plan::ErrorClass::verification);
  EXPECT_EQ(hook_of(state).reason,
            "a validation function of the lifecycle failed: hook CodeDeployHook_BeforeAllowTraffic "
            "of BeforeAllowTraffic was reported as failed");
  EXPECT_EQ(place(state), "unchanged");
  EXPECT_EQ(alias_in_words(), "version 1");
}

TEST_F(HookTest, WaitsUntilSomebodyReportsIt) {
  auto id = start(plan_with(hook(before_hook)));
  until_waiting(id);
  auto now = *rehearsal.engine().snapshot(id);
  auto waits = waits_of(*now.plan, now.state);
  ASSERT_EQ(waits.size(), 1u);
  EXPECT_EQ(waits[0].kind, Wait::Kind::report);
  EXPECT_EQ(waits[0].text,
            "a report of hook CodeDeployHook_BeforeAllowTraffic of BeforeAllowTraffic");
  EXPECT_EQ(waits[0].due, *hook_of(now.state).started + std::chrono::hours(1));
  ASSERT_TRUE(report(id, id_in(invocations.at(0)), "Succeeded"));
  EXPECT_EQ(rehearsal.wait(id).state.end_state, "succeeded");
}

TEST_F(HookTest, OnlyItsOwnIdCounts) {
  auto id = start(plan_with(hook(before_hook)));
  until_waiting(id);
  std::string const known = id_in(invocations.at(0));
  std::string const hash = hook_of(rehearsal.engine().snapshot(id)->state)
                               .effects.at(0)
                               .intent["desired"]["execution"]
                               .as_string();
  for (auto const& wrong : {std::string(), std::string("garbage"), hash, std::string(64, '0'),
                            std::string(5000, 'a')}) {
    auto refused = report(id, wrong, "Succeeded");
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_input);
  }
  for (auto const* status : {"", "Pending", "succeeded"}) {
    auto refused = report(id, known, status);
    ASSERT_FALSE(refused) << status;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_input);
  }
  ASSERT_TRUE(report(id, known, "Failed"));
  EXPECT_EQ(rehearsal.wait(id).state.end_state, "failed");
}

TEST_F(HookTest, TheFirstReportWins) {
  bool refused_as_completed = false;
  on_hook = [&](net::Request const&, json::Value const& payload) -> Gate::Sent {
    EXPECT_TRUE(report(payload, "Succeeded"));
    auto second = report(payload, "Failed");
    refused_as_completed = !second && second.error().code == ErrorCode::conflict;
    return accepted();
  };
  auto state = run(plan_with(hook(before_hook)));
  EXPECT_TRUE(refused_as_completed);
  EXPECT_EQ(state.end_state, "succeeded");
  // And after the end: the snapshot tells that the id was one of this run.
  std::string const id = id_in(invocations.at(0));
  auto late = report(state.id, id, "Succeeded");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  auto snapshot = *rehearsal.engine().snapshot(state.id);
  auto execution = find_execution(*snapshot.plan, snapshot.state, id);
  ASSERT_TRUE(execution);
  EXPECT_TRUE(execution->completed);
  EXPECT_EQ(execution->node, "release/hook");
  EXPECT_FALSE(find_execution(*snapshot.plan, snapshot.state, std::string(64, '0')));
}

TEST_F(HookTest, ALostAnswerIsAskedForAgainWithTheSameId) {
  int times = 0;
  on_hook = [&](net::Request const&, json::Value const& payload) -> Gate::Sent {
    if (++times == 1)
      return std::unexpected(
          net::Failure{Error{ErrorCode::unavailable, "connection reset", ""}, true});
    EXPECT_TRUE(report(payload, "Succeeded"));
    return accepted();
  };
  auto state = run(plan_with(hook(before_hook)));
  EXPECT_EQ(state.end_state, "succeeded");
  ASSERT_EQ(invocations.size(), 2u);
  EXPECT_EQ(id_in(invocations[0]), id_in(invocations[1]));
}

TEST_F(HookTest, AReportSettlesAnInvocationWhoseAnswerWasLost) {
  on_hook = [&](net::Request const&, json::Value const& payload) -> Gate::Sent {
    EXPECT_TRUE(report(payload, "Succeeded"));
    return std::unexpected(
        net::Failure{Error{ErrorCode::unavailable, "connection reset", ""}, true});
  };
  auto state = run(plan_with(hook(before_hook)));
  EXPECT_EQ(state.end_state, "succeeded");
  EXPECT_EQ(invocations.size(), 1u);
}

TEST_F(HookTest, AnotherProcessTakesTheReport) {
  auto id = start(plan_with(hook(before_hook)));
  until_waiting(id);
  rehearsal.restart();
  ASSERT_TRUE(rehearsal.engine().resume(id, rehearsal.services()));
  ASSERT_TRUE(report(id, id_in(invocations.at(0)), "Succeeded"));
  EXPECT_EQ(rehearsal.wait(id).state.end_state, "succeeded");
  EXPECT_EQ(invocations.size(), 1u);
}

TEST_F(HookTest, AReportCountsAfterTheKeyWasChanged) {
  auto id = start(plan_with(hook(before_hook)));
  until_waiting(id);
  key.key = "another";
  ASSERT_TRUE(report(id, id_in(invocations.at(0)), "Succeeded"));
  EXPECT_EQ(rehearsal.wait(id).state.end_state, "succeeded");
}

TEST_F(HookTest, AKeyThatChangedBeforeTheRepetitionMakesTwoIdsAndEitherCounts) {
  int times = 0;
  on_hook = [&](net::Request const&, json::Value const&) -> Gate::Sent {
    if (++times > 1) return accepted();
    key.key = "another";
    return std::unexpected(
        net::Failure{Error{ErrorCode::unavailable, "connection reset", ""}, true});
  };
  auto id = start(plan_with(hook(before_hook)));
  until_waiting(id);
  ASSERT_EQ(invocations.size(), 2u);
  ASSERT_NE(id_in(invocations[0]), id_in(invocations[1]));
  ASSERT_TRUE(report(id, id_in(invocations[0]), "Succeeded"));
  EXPECT_EQ(rehearsal.wait(id).state.end_state, "succeeded");
  EXPECT_THAT(journal(id), HasSubstr("the key of the secrets was changed"));
}

TEST_F(HookTest, WithoutAKeyItIsNotInvoked) {
  rehearsal.services()->secrets = nullptr;
  auto state = run(plan_with(hook(before_hook)));
  EXPECT_EQ(hook_of(state).error, plan::ErrorClass::configuration);
  EXPECT_THAT(hook_of(state).reason, HasSubstr("cannot be given an execution id"));
  EXPECT_TRUE(invocations.empty());
}

struct Refusal {
  int status = 0;
  char const* code = "";
  plan::ErrorClass error{};
};

TEST_F(HookTest, AFunctionThatIsMissingOrDeniedFailsIt) {
  for (auto const& given :
       {Refusal{404, "ResourceNotFoundException", plan::ErrorClass::configuration},
        Refusal{403, "AccessDeniedException", plan::ErrorClass::denied}}) {
    on_hook = [&](net::Request const&, json::Value const&) -> Gate::Sent {
      net::Response response{given.status, {}, R"({"message":"no"})", {}, {}};
      response.headers.set("x-amzn-ErrorType", given.code);
      return response;
    };
    auto state = run(plan_with(hook(before_hook)));
    EXPECT_EQ(state.end_state, "failed");
    EXPECT_EQ(hook_of(state).error, given.error);
    EXPECT_THAT(hook_of(state).reason,
                HasSubstr("Lambda Invoke on CodeDeployHook_BeforeAllowTraffic"));
  }
}

net::Response function_answered(std::string const& body, bool error) {
  net::Response response{200, {}, body, {}, {}};
  response.headers.set("x-amz-executed-version", "$LATEST");
  if (error) response.headers.set("x-amz-function-error", "Unhandled");
  return response;
}

TEST_F(HookTest, WithoutReportsTheFunctionsOwnEndDecides) {
  auto step = hook(before_hook);
  step.reported = false;
  for (bool const has_key : {true, false}) {
    rehearsal.services()->secrets = has_key ? &key : nullptr;
    invocations.clear();
    on_hook = [](net::Request const&, json::Value const& payload) -> Gate::Sent {
      return function_answered(R"({"errorMessage":"broken )" +
                                   payload["LifecycleEventHookExecutionId"].as_string() + R"("})",
                               true);
    };
    auto failed = run(plan_with(step));
    EXPECT_EQ(invocations.at(0).headers.get("X-Amz-Invocation-Type"), "RequestResponse");
    EXPECT_EQ(hook_of(failed).error, plan::ErrorClass::program);
    EXPECT_THAT(hook_of(failed).reason, HasSubstr("answered with an error"));
    EXPECT_THAT(journal(failed.id), Not(HasSubstr(id_in(invocations.at(0)))));
  }
  on_hook = [](net::Request const&, json::Value const&) -> Gate::Sent {
    return function_answered("null", false);
  };
  EXPECT_EQ(run(plan_with(step)).end_state, "succeeded");
}

TEST_F(HookTest, CanFailWithItsFunction) {
  auto step = hook(before_hook);
  step.fails_with_function = true;
  on_hook = [](net::Request const&, json::Value const&) -> Gate::Sent {
    return function_answered(R"({"errorMessage":"broken"})", true);
  };
  auto state = run(plan_with(step));
  EXPECT_EQ(hook_of(state).error, plan::ErrorClass::program);
  // Its success is no report
  on_hook = [](net::Request const&, json::Value const&) -> Gate::Sent {
    return function_answered("null", false);
  };
  auto id = start(plan_with(step));
  until_waiting(id);
  ASSERT_TRUE(report(id, id_in(invocations.back()), "Succeeded"));
  EXPECT_EQ(rehearsal.wait(id).state.end_state, "succeeded");
}

TEST_F(HookTest, AReportBeforeTheFunctionsErrorWins) {
  auto step = hook(before_hook);
  step.fails_with_function = true;
  on_hook = [this](net::Request const&, json::Value const& payload) -> Gate::Sent {
    EXPECT_TRUE(report(payload, "Succeeded"));
    return function_answered(R"({"errorMessage":"broken"})", true);
  };
  EXPECT_EQ(run(plan_with(step)).end_state, "succeeded");
}

TEST_F(HookTest, EndsWithTheRunsStop) {
  auto id = start(plan_with(hook(before_hook)));
  until_waiting(id);
  ASSERT_TRUE(rehearsal.engine().signal(id, {"stop", "", "tester", "", {}}));
  EXPECT_EQ(rehearsal.wait(id).state.end_state, "stopped");
  auto late = report(id, id_in(invocations.at(0)), "Succeeded");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
}

TEST_F(HookTest, NobodysReportIsAFailureAtItsTime) {
  // Given a hook that was invoked an hour ago
  auto const started = from_millis(1'700'000'000'000);
  NodeState record;
  record.attempt = 1;
  record.started = started;
  record.input = plan::to_json(hook(before_hook));
  auto const plan = std::make_shared<plan::Plan const>(plan_with(hook(before_hook)));
  auto move_at = [&](Time now) {
    StepContext context{.services = *rehearsal.services(),
                        .plan = plan,
                        .run = "d-ABCDEFGHI",
                        .path = "release/hook",
                        .record = record,
                        .now = now,
                        .promoting = false,
                        .releases = {},
                        .stop = {},
                        .release_id = release_id,
                        .release = ReleaseState{},
                        .notes = {}};
    return make_hook()->next(context);
  };
  auto const late = started + std::chrono::hours(1);
  auto never = move_at(late);
  ASSERT_TRUE(std::holds_alternative<Failed>(never));
  EXPECT_THAT(std::get<Failed>(never).reason, HasSubstr("could not be invoked within 1h"));
  record.effects.push_back(
      {json::Value{{"name", "Invoke"}}, json::Value(json::Object{}), false, started, 1});
  auto before = move_at(late - Duration(1));
  ASSERT_TRUE(std::holds_alternative<Park>(before));
  EXPECT_EQ(std::get<Park>(before).until, late);
  auto after = move_at(late);
  ASSERT_TRUE(std::holds_alternative<Failed>(after));
  EXPECT_EQ(std::get<Failed>(after).error, plan::ErrorClass::timeout);
  EXPECT_THAT(std::get<Failed>(after).reason, HasSubstr("nobody reported"));
  // But a report that came in time counts
  record.signals.push_back(
      json::Value{{"kind", "report"}, {"data", json::Value{{"status", "Succeeded"}}}});
  EXPECT_TRUE(std::holds_alternative<Done>(move_at(late)));
}

TEST_F(HookTest, TheOneAfterTheShiftRollsTheTrafficBackByARunOfItsOwn) {
  auto plan = deployment(versions("1", "2"), {shift(100), plan::leaf("hook", hook(after_hook))});
  roll_back(plan);
  report_at_once("Failed");
  auto state = run(plan);
  EXPECT_EQ(state.end_state, "failed");
  ASSERT_FALSE(state.linked_run.empty());
  auto linked = rehearsal.wait(state.linked_run).state;
  EXPECT_EQ(linked.end_state, "rolled_back");
  EXPECT_EQ(linked.linked_from, state.id);
  EXPECT_EQ(place(linked), "on_baseline");
  EXPECT_EQ(alias_in_words(), "version 1");
  EXPECT_EQ(invocations.size(), 1u);
}

}  // namespace
}  // namespace sluice
