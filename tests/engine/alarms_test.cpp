#include <gmock/gmock.h>

#include "engine/alarm_states.hpp"
#include "engine/core_play.hpp"
#include "engine/rehearsal.hpp"
#include "engine/steps/steps.hpp"
#include "store/packages.hpp"

namespace sluice {
namespace {

using engine::AlarmStates;
using engine::Failed;
using engine::Park;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

/// CloudWatch as a step sees it: states by name, calls counted, errors on demand.
class Alarmed final : public net::Client, public engine::AwsAccess {
 public:
  std::map<std::string, std::string> states;
  std::vector<std::vector<std::string>> calls;  ///< the names of each
  std::optional<net::Response> refusal;
  std::function<void()> on_call;

  std::expected<net::Response, net::Failure> send(net::Request const& request,
                                                  net::SendOptions const&,
                                                  std::stop_token) override {
    auto const body = *json::parse(request.body);
    calls.emplace_back();
    for (auto const& name : body["AlarmNames"].items()) calls.back().push_back(name.as_string());
    if (on_call) on_call();
    if (refusal) return *refusal;
    json::Value found = json::array({});
    for (auto const& name : calls.back())
      if (auto state = states.find(name); state != states.end())
        found.push(json::Value{{"AlarmName", name}, {"StateValue", state->second}});
    return net::Response{200, {}, json::Value{{"MetricAlarms", found}}.dump(), {}, {}};
  }

  Result<engine::TargetAws> open(plan::Target const& target, std::stop_token stop) override {
    aws::CallerOptions options;
    options.account = "111122223333";
    options.retry.max_attempts = 1;
    aws::Credentials credentials{"AKID", Secret("secret"), Secret(), std::nullopt, ""};
    aws::Caller caller({*this, clock_, random_, budget_},
                       aws::static_provider(credentials, "a test"), options);
    return engine::TargetAws{std::make_shared<aws::Caller>(caller.with(std::move(stop))),
                             target.region};
  }
  Duration metric_lag() const override { return {}; }

 private:
  sim::VirtualClock clock_{from_millis(1'700'000'000'000)};
  SeededRandom random_{3};
  aws::Budget budget_{clock_, aws::Budget::unlimited()};
};

/// Guards of several runs that share services, in a time that the test sets.
class AlarmsTest : public testing::Test {
 protected:
  AlarmsTest() {
    plan::Target target;
    target.name = "prod";
    target.region = "eu-west-1";
    plan_->targets.push_back(target);
  }

  engine::Move look(std::vector<std::string> const& names, bool ignore_unread = false) {
    engine::StepContext context{
        .services = services_,
        .plan = plan_,
        .run = "d-1",
        .path = "release/!alarms",
        .record = {.input = plan::to_json(plan::AlarmsStep{"prod", names, ignore_unread}),
                   .started = started_},
        .now = now_,
        .promoting = false,
        .releases = {},
        .stop = stop_.get_token(),
        .release_id = {},
        .release = std::nullopt,
        .notes = {}};
    auto move = executor_->next(context);
    notes_ = context.notes;
    return move;
  }
  Duration waits(engine::Move const& move) {
    auto const* park = std::get_if<Park>(&move);
    EXPECT_TRUE(park);
    if (!park) return {};
    EXPECT_FALSE(park->durable) << "hours of looking would fill the journal";
    return *park->until - now_;
  }
  static std::string failure(engine::Move const& move) {
    auto const* failed = std::get_if<Failed>(&move);
    return failed ? failed->reason : "";
  }
  void refuse(int status, std::string const& code) {
    aws_.refusal = net::Response{
        status, {}, json::Value{{"__type", code}, {"message", "it said no"}}.dump(), {}, {}};
  }

  Alarmed aws_;
  sim::VirtualClock clock_{from_millis(1'700'000'000'000)};
  SeededRandom random_{7};
  std::unique_ptr<store::Packages> packages_ = store::memory_packages();
  engine::Services services_{clock_, random_, aws_, aws_, *packages_};
  std::shared_ptr<plan::Plan> plan_ = std::make_shared<plan::Plan>();
  std::unique_ptr<engine::Executor> executor_ = engine::make_alarms();
  std::optional<Time> started_;
  std::stop_source stop_;
  Time now_ = from_millis(1'700'000'000'000);
  std::vector<std::string> notes_;
};

TEST_F(AlarmsTest, LookAgainEveryTenSecondsUntilOneGoesOff) {
  aws_.states = {{"errors", "OK"}, {"slow", "INSUFFICIENT_DATA"}};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(waits(look({"errors", "slow"})), seconds(10));
    now_ += seconds(10);
  }
  aws_.states["slow"] = "ALARM";
  auto move = look({"errors", "slow"});
  EXPECT_EQ(failure(move),
            "One or more alarms have been activated according to the Amazon CloudWatch metrics you "
            "selected, and the affected deployments have been stopped. Activated alarms: <slow>");
  EXPECT_EQ(std::get<Failed>(move).error, plan::ErrorClass::verification);
  EXPECT_EQ(aws_.calls.size(), 4u);
}

TEST_F(AlarmsTest, NameEveryAlarmThatIsOff) {
  aws_.states = {{"b", "ALARM"}, {"a", "ALARM"}, {"c", "OK"}};
  EXPECT_THAT(failure(look({"b", "c", "a"})), HasSubstr("Activated alarms: <b> <a>"));
}

TEST_F(AlarmsTest, AreNotStoppedByNamesThatNoAlarmHas) {
  aws_.states = {{"errors", "OK"}};
  EXPECT_EQ(waits(look({"errors", "erors"})), seconds(10));
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("knows no alarm called erors")));
}

TEST_F(AlarmsTest, OfManyRunsAreReadTogether) {
  std::vector<std::vector<std::string>> groups;
  for (int i = 0; i < 60; ++i)
    groups.push_back({"a" + std::to_string(i), "b" + std::to_string(i), "shared"});
  for (auto const& group : groups)
    for (auto const& name : group) aws_.states[name] = "OK";
  // When each has looked once, the next round knows what all of them want.
  for (auto const& group : groups) waits(look(group));
  aws_.calls.clear();
  now_ += seconds(10);
  for (auto const& group : groups) waits(look(group));
  ASSERT_EQ(aws_.calls.size(), 2u) << "121 names, 100 in a call";
  EXPECT_EQ(aws_.calls[0].size() + aws_.calls[1].size(), 121u);
}

TEST_F(AlarmsTest, ThatNobodyAsksForAreNoLongerRead) {
  look({"old"});
  now_ += seconds(61);
  look({"new"});
  EXPECT_THAT(aws_.calls.back(), ElementsAre("new"));
}

TEST_F(AlarmsTest, AreReadAnewWhenWhatIsKnownIsTooOld) {
  aws_.states = {{"errors", "OK"}};
  look({"errors"});
  aws_.states["errors"] = "ALARM";
  now_ += AlarmStates::most_age;
  EXPECT_EQ(failure(look({"errors"})), "") << "known well enough";
  now_ += Duration(1);
  EXPECT_NE(failure(look({"errors"})), "");
}

TEST_F(AlarmsTest, AreReadAnewForARunThatHasJustBegun) {
  aws_.states = {{"errors", "OK"}};
  look({"errors"});
  aws_.states["errors"] = "ALARM";
  now_ += Duration(1);
  started_ = now_;
  EXPECT_NE(failure(look({"errors"})), "");
}

TEST_F(AlarmsTest, OfAnotherRegionAreOthers) {
  aws_.states = {{"errors", "OK"}};
  look({"errors"});
  plan_->targets.front().region = "us-east-1";
  look({"errors"});
  EXPECT_EQ(aws_.calls.size(), 2u);
}

TEST_F(AlarmsTest, ThatSomebodyElseReadsRightNowAreWaitedFor) {
  aws_.states = {{"errors", "OK"}};
  aws_.on_call = [&] {
    aws_.on_call = nullptr;
    EXPECT_EQ(waits(look({"errors"})), Duration(200));
  };
  EXPECT_EQ(waits(look({"errors"})), seconds(10));
  EXPECT_EQ(aws_.calls.size(), 1u);
}

TEST_F(AlarmsTest, ThatMayNotBeReadFailTheReleaseAtOnce) {
  refuse(403, "AccessDenied");
  auto move = look({"errors"});
  EXPECT_THAT(failure(move), HasSubstr("the states of its alarms cannot be read"));
  EXPECT_EQ(std::get<Failed>(move).error, plan::ErrorClass::denied);
  EXPECT_THAT(std::get<Failed>(move).hint, HasSubstr("cloudwatch:DescribeAlarms"));
}

TEST_F(AlarmsTest, ThatCannotBeReadForAMinuteFailTheRelease) {
  // Given a guard that has looked well for an hour
  aws_.states = {{"errors", "OK"}};
  look({"errors"});
  now_ += std::chrono::hours(1);
  refuse(503, "ServiceUnavailable");
  Time const since = now_;
  for (; now_ - since < seconds(60); now_ += seconds(2))
    EXPECT_EQ(waits(look({"errors"})), seconds(2));
  EXPECT_THAT(failure(look({"errors"})), HasSubstr("cannot be read"));
}

TEST_F(AlarmsTest, AreGivenTheirMinuteAgainAfterEveryGoodLook) {
  aws_.states = {{"errors", "OK"}};
  for (int i = 0; i < 3; ++i) {
    refuse(503, "ServiceUnavailable");
    waits(look({"errors"}));
    now_ += seconds(50);
    aws_.refusal.reset();
    EXPECT_EQ(waits(look({"errors"})), seconds(10));
    now_ += seconds(10);
  }
}

TEST_F(AlarmsTest, AreLeftOutWhereThatIsAllowed) {
  for (auto const& [status, code] : {std::pair{403, "AccessDenied"}, std::pair{503, "Slow"}}) {
    refuse(status, code);
    EXPECT_EQ(waits(look({"errors"}, true)), seconds(10));
    ASSERT_EQ(notes_.size(), 1u);
    auto const first = notes_;
    EXPECT_THAT(first.front(), HasSubstr(code));
    now_ += seconds(10);
    look({"errors"}, true);
    EXPECT_EQ(notes_, first) << "the same words are told once";
    now_ += seconds(10);
  }
}

TEST_F(AlarmsTest, KnowNothingFromAReadThatWasStopped) {
  refuse(503, "ServiceUnavailable");
  aws_.on_call = [&] { stop_.request_stop(); };
  EXPECT_EQ(waits(look({"errors"})), Duration(200));
  stop_ = std::stop_source();
  aws_.on_call = nullptr;
  aws_.refusal.reset();
  aws_.states = {{"errors", "OK"}};
  EXPECT_EQ(waits(look({"errors"})), seconds(10));
}

TEST_F(AlarmsTest, OfOthersAreReadThoughOneNameIsRefused) {
  aws_.states = {{"mine", "OK"}};
  look({"bad"});
  now_ += seconds(10);
  refuse(400, "ValidationError");
  aws_.on_call = [&] {
    if (aws_.calls.back().size() == 1) aws_.refusal.reset();
  };
  EXPECT_EQ(waits(look({"mine"})), seconds(10));
  EXPECT_THAT(aws_.calls.back(), ElementsAre("mine"));
}

TEST_F(AlarmsTest, WithoutAUsableNameAreRefused) {
  EXPECT_THAT(failure(look({""})), HasSubstr("cannot be the name of an alarm"));
  EXPECT_THAT(failure(look({std::string(256, 'a')})), HasSubstr("cannot be the name of an alarm"));
  EXPECT_TRUE(aws_.calls.empty());
}

constexpr char orders[] = R"(function: orders
region: eu-west-1
alias: live
runtime: nodejs20.x
handler: index.handler
role: arn:aws:iam::000000000000:role/orders
package: )";

/// The usual release with a guard around it.
plan::Plan guarded(test::Rehearsal& rehearsal, std::string const& code, std::string const& steps) {
  auto plan = rehearsal.plan(orders + code + ".zip\n" + steps);
  auto& scope = plan.root.children.front().children.front();
  EXPECT_EQ(scope.name, "release");
  scope.guards.push_back(
      plan::leaf("alarms", plan::AlarmsStep{plan.targets.front().name, {"errors", "none"}, false}));
  return plan;
}

engine::Snapshot run(test::Rehearsal& rehearsal, plan::Plan plan) {
  auto started =
      rehearsal.engine().start({std::move(plan), "tester", {}, {}, {}}, rehearsal.services());
  EXPECT_TRUE(started) << started.error().text();
  return rehearsal.wait(started->run);
}

void put_alarm(test::Rehearsal& rehearsal, std::string const& state) {
  for (auto const& [operation, input] :
       {std::pair{"PutMetricAlarm", json::Value{{"AlarmName", "errors"},
                                                {"Namespace", "AWS/Lambda"},
                                                {"MetricName", "Errors"},
                                                {"Statistic", "Sum"},
                                                {"Period", 300},
                                                {"EvaluationPeriods", 1},
                                                {"Threshold", 0},
                                                {"ComparisonOperator", "GreaterThanThreshold"}}},
        std::pair{"SetAlarmState", json::Value{{"AlarmName", "errors"},
                                               {"StateValue", state},
                                               {"StateReason", "a drill"}}}}) {
    aws::Spec spec;
    spec.service = aws::Service::cloudwatch;
    spec.operation = operation;
    spec.region = "eu-west-1";
    spec.method = "POST";
    spec.headers.set("Content-Type", "application/x-amz-json-1.0");
    spec.headers.set("X-Amz-Target", "GraniteServiceVersion20100801." + spec.operation);
    spec.body = input.dump();
    auto done = rehearsal.caller().call(spec);
    ASSERT_TRUE(done) << done.error().error().text();
  }
}

TEST(AlarmsOfARelease, LetItEndWellAndEndWithIt) {
  test::Rehearsal rehearsal;
  put_alarm(rehearsal, "OK");
  auto end = run(rehearsal, guarded(rehearsal, "one", ""));
  ASSERT_EQ(end.state.end_state, "succeeded") << end.state.node("").reason;
  EXPECT_EQ(end.state.node("default/release/!alarms").status, engine::NodeStatus::cancelled);
}

TEST(AlarmsOfARelease, TakeItBackWhenOneIsOff) {
  test::Rehearsal rehearsal;
  run(rehearsal, guarded(rehearsal, "one", ""));
  put_alarm(rehearsal, "ALARM");
  auto end = run(rehearsal, guarded(rehearsal, "two", "strategy:\n  - {shift: 10, pause: 1h}\n"));
  // Where that was before its first write there was nothing to take back.
  EXPECT_THAT(end.state.end_state, testing::AnyOf("rolled_back", "failed"));
  EXPECT_THAT(end.state.node("default/release/!alarms").reason,
              HasSubstr("Activated alarms: <errors>"));
  auto alias = rehearsal.lambda().get_alias("orders", "live");
  ASSERT_TRUE(alias);
  EXPECT_EQ(alias->function_version, "1");
  EXPECT_TRUE(alias->weights.empty());
}

TEST(AlarmsOfARelease, AreWatchedWhileItIsPaused) {
  // Given a release that waits for an hour, with alarms that cannot be read at the moment
  test::CorePlay play;
  play.probe().on_next = [&](engine::StepContext& context) -> engine::Move {
    return Park{context.now + std::chrono::hours(1), "traffic", {}, true};
  };
  plan::Plan plan;
  plan.name = "play";
  plan.targets.emplace_back().name = "prod";
  plan.root = plan::sequence("release", {test::probe("work")});
  plan.root.guards.push_back(plan::leaf("alarms", plan::AlarmsStep{"prod", {"errors"}, false}));
  auto started = play.start_plan(std::move(plan));
  ASSERT_TRUE(started) << started.error().text();
  play.run();
  // When somebody pauses it before that has lasted too long
  ASSERT_TRUE(play.core().signal(
      started->run, {.kind = "pause", .node = "", .by = "tester", .reason = "", .data = {}}));
  play.run_for(seconds(59));
  EXPECT_FALSE(play.state_of(started->run).over());
  play.run_for(seconds(2));
  // Then it fails although it is paused
  auto const end = play.state_of(started->run);
  EXPECT_EQ(end.end_state, "failed");
  EXPECT_EQ(end.node("!alarms").error, plan::ErrorClass::unavailable);
}

}  // namespace
}  // namespace sluice
