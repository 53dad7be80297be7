#include "aws/caller.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/body.hpp"
#include "aws/fakes.hpp"
#include "base/json.hpp"

namespace sluice::aws {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

Spec read_alias() {
  Spec spec;
  spec.operation = "GetAlias";
  spec.region = "eu-west-1";
  spec.resource = "orders:live";
  spec.path = {"2015-03-31", "functions", "orders", "aliases", "live"};
  return spec;
}

Spec write_alias() {
  Spec spec = read_alias();
  spec.operation = "UpdateAlias";
  spec.kind = Kind::write;
  spec.method = "PUT";
  spec.body = "{}";
  return spec;
}

TEST(Caller, SendsToTheStandardEndpointSigned) {
  fake::World world;
  world.client.answer(200, "{}");
  auto response = world.caller().call(read_alias());
  ASSERT_TRUE(response);
  net::Request const& sent = world.client.requests.at(0);
  EXPECT_EQ(sent.url,
            "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/orders/aliases/live");
  EXPECT_THAT(sent.headers.get("authorization"),
              HasSubstr("Credential=AKIAIOSFODNN7EXAMPLE/20260102/eu-west-1/lambda/aws4_request"));
  EXPECT_EQ(world.client.options.at(0).connect_timeout, seconds(5));
  EXPECT_EQ(world.client.options.at(0).total_timeout, seconds(30));
}

/// What one failure leads to: the answer's trouble and how often it was sent in all.
struct RetryCase {
  std::string what;
  Kind kind;
  std::function<void(fake::ScriptedClient&)> failure;
  int sent;
  std::optional<Trouble> trouble;  ///< none: the call succeeds in the end
};

void fail_with(fake::ScriptedClient& client, int status, std::string code) {
  client.answer(status, fake::lambda_error(code, "a reason"));
}

TEST(Caller, WhatIsSentAgainAndWhatIsNot) {
  auto http = [](int status, std::string code) {
    return [=](fake::ScriptedClient& client) { fail_with(client, status, code); };
  };
  auto broken = [](bool arrived, ErrorCode code = ErrorCode::unavailable) {
    return [=](fake::ScriptedClient& client) { client.break_off(arrived, code); };
  };
  RetryCase cases[] = {
      {"read, broken after sending", Kind::read, broken(true), 2, {}},
      {"read, timed out", Kind::read, broken(true, ErrorCode::timeout), 2, {}},
      {"read, never sent", Kind::read, broken(false), 2, {}},
      {"read, 500", Kind::read, http(500, "ServiceException"), 2, {}},
      {"read, 503", Kind::read, http(503, ""), 2, {}},
      {"read, throttled", Kind::read, http(429, "TooManyRequestsException"), 2, {}},
      {"read, 400 throttled", Kind::read, http(400, "ThrottlingException"), 2, {}},
      {"read, 404", Kind::read, http(404, "ResourceNotFoundException"), 1, Trouble::not_found},
      {"read, 502 for a wrong subnet", Kind::read, http(502, "InvalidSubnetIDException"), 1,
       Trouble::invalid},
      {"read, an answer beyond our limits", Kind::read, broken(true, ErrorCode::invalid_input), 1,
       Trouble::invalid},
      {"write, never sent", Kind::write, broken(false), 2, {}},
      {"write, throttled", Kind::write, http(429, "TooManyRequestsException"), 2, {}},
      {"write, broken after sending", Kind::write, broken(true), 1, Trouble::maybe_done},
      {"write, timed out", Kind::write, broken(true, ErrorCode::timeout), 1, Trouble::maybe_done},
      {"write, 500", Kind::write, http(500, "ServiceException"), 1, Trouble::maybe_done},
      {"write, 504", Kind::write, http(504, ""), 1, Trouble::maybe_done},
      {"write, stopped after sending", Kind::write, broken(true, ErrorCode::cancelled), 1,
       Trouble::maybe_done},
      {"write, stopped before sending", Kind::write, broken(false, ErrorCode::cancelled), 1,
       Trouble::cancelled},
      {"write, 409", Kind::write, http(409, "ResourceConflictException"), 1, Trouble::invalid},
      {"write, 412", Kind::write, http(412, "PreconditionFailedException"), 1, Trouble::stale},
  };
  for (RetryCase const& each : cases) {
    fake::World world;
    each.failure(world.client);
    world.client.answer(200, "{}");
    auto answer = world.caller().call(each.kind == Kind::read ? read_alias() : write_alias());
    EXPECT_EQ(static_cast<int>(world.client.requests.size()), each.sent) << each.what;
    EXPECT_EQ(answer.has_value(), !each.trouble) << each.what;
    if (!answer && each.trouble) {
      EXPECT_EQ(name_of(answer.error().trouble), name_of(*each.trouble)) << each.what;
    }
  }
}

TEST(Caller, GivesUpAfterThreeAttempts) {
  fake::World world;
  for (int i = 0; i < 3; ++i) fail_with(world.client, 429, "TooManyRequestsException");
  auto answer = world.caller().call(write_alias());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::throttled);
  EXPECT_EQ(world.client.requests.size(), 3u);
  // Half of 1 s and of 2 s: the draw is always one half.
  EXPECT_EQ(world.clock.slept, (std::vector<Duration>{milliseconds(500), seconds(1)}));
}

TEST(Caller, MoreAttemptsWhereTheUserAsksForThem) {
  fake::World world;
  for (int i = 0; i < 5; ++i) world.client.break_off(false);
  CallerOptions options = world.options();
  options.retry.max_attempts = 5;
  auto answer = Caller(world.ports(), fake::test_keys(), options).call(read_alias());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::unreachable);
  EXPECT_EQ(world.client.requests.size(), 5u);
}

TEST(Caller, WaitsAsLongAsTheServiceAsks) {
  fake::World world;
  world.client.answer(429, "{}", {{"Retry-After", "7"}});
  world.client.answer(503, "{}", {{"x-amz-retry-after", "2500"}});
  world.client.answer(200, "{}");
  ASSERT_TRUE(world.caller().call(read_alias()));
  EXPECT_EQ(world.clock.slept, (std::vector<Duration>{seconds(7), milliseconds(2500)}));
}

TEST(Caller, ATooLongRetryAfterEndsTheCall) {
  fake::World world;
  world.client.answer(429, "{}", {{"Retry-After", "3600"}});
  auto answer = world.caller().call(read_alias());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::throttled);
  EXPECT_TRUE(world.clock.slept.empty());
}

TEST(Caller, TheRollbackLaneWaitsAtMostASecond) {
  fake::World world;
  for (int i = 0; i < 6; ++i) world.client.break_off(false);
  CallerOptions options = world.options();
  options.retry.max_attempts = 6;
  Spec spec = write_alias();
  spec.lane = Lane::rollback;
  EXPECT_FALSE(Caller(world.ports(), fake::test_keys(), options).call(spec));
  EXPECT_EQ(world.clock.slept.back(), milliseconds(500));
}

TEST(Caller, AThrottleSlowsTheBudgetDown) {
  fake::World world;
  Budget budget(world.clock);
  Ports ports{world.client, world.clock, world.random, budget};
  CallerOptions options;
  options.account = "123456789012";
  fail_with(world.client, 429, "TooManyRequestsException");
  for (int i = 0; i < 20; ++i) world.client.answer(200, "{}");
  Caller caller(ports, fake::test_keys(), options);
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(caller.call(read_alias()));
  // Half of 7/s leaves 286 ms between calls.
  EXPECT_GT(world.clock.slept.back(), milliseconds(200));
}

class Renewing final : public Provider {
 public:
  int given = 0, refused = 0;
  Result<Credentials> get(std::stop_token) override {
    Credentials keys;
    keys.access_key_id = "ASIA" + std::to_string(++given);
    keys.secret = Secret("secret");
    keys.session_token = Secret("token" + std::to_string(given));
    return keys;
  }
  bool invalidate(Credentials const&) override { return ++refused > 0; }
  std::string description() const override { return "renewing"; }
};

TEST(Caller, ExpiredCredentialsAreRefreshedOnce) {
  fake::World world;
  auto provider = std::make_shared<Renewing>();
  fail_with(world.client, 403, "ExpiredTokenException");
  world.client.answer(200, "{}");
  ASSERT_TRUE(Caller(world.ports(), provider, world.options()).call(write_alias()));
  EXPECT_EQ(provider->refused, 1);
  EXPECT_EQ(world.client.requests.at(1).headers.get("x-amz-security-token"), "token2");
  EXPECT_TRUE(world.clock.slept.empty());

  for (int i = 0; i < 2; ++i) fail_with(world.client, 403, "ExpiredTokenException");
  auto answer = Caller(world.ports(), provider, world.options()).call(write_alias());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::denied);
  EXPECT_EQ(world.client.requests.size(), 4u);
}

TEST(Caller, FixedKeysThatExpiredAreNotTriedAgain) {
  fake::World world;
  fail_with(world.client, 403, "ExpiredTokenException");
  auto answer = world.caller().call(read_alias());
  ASSERT_FALSE(answer);
  EXPECT_EQ(world.client.requests.size(), 1u);
  EXPECT_EQ(answer.error().remedy(),
            "The credentials have ended: log in again, or fetch new ones.");
}

TEST(Caller, AWrongClockIsCorrectedByTheServersDate) {
  fake::World world;
  world.client.answer(403,
                      fake::lambda_error("InvalidSignatureException",
                                         "Signature expired: 20260102T030405Z is now earlier"),
                      {{"Date", "Fri, 02 Jan 2026 05:04:05 GMT"}});
  world.client.answer(200, "{}");
  world.client.answer(200, "{}");
  Caller caller = world.caller();
  ASSERT_TRUE(caller.call(write_alias()));
  EXPECT_EQ(world.client.requests.at(0).headers.get("x-amz-date"), "20260102T030405Z");
  EXPECT_EQ(world.client.requests.at(1).headers.get("x-amz-date"), "20260102T050405Z");
  ASSERT_TRUE(caller.call(write_alias()));
  EXPECT_EQ(world.client.requests.at(2).headers.get("x-amz-date"), "20260102T050405Z");
}

TEST(Caller, AWrongSecretIsNotTakenForAWrongClock) {
  fake::World world;
  world.client.answer(403, fake::lambda_error("InvalidSignatureException", "does not match"),
                      {{"Date", "Fri, 02 Jan 2026 05:04:05 GMT"}});
  EXPECT_FALSE(world.caller().call(read_alias()));
  EXPECT_EQ(world.client.requests.size(), 1u);
}

TEST(Caller, StopsWhileItWaitsToRepeat) {
  fake::World world;
  std::stop_source stop;
  world.client.break_off(false);
  world.clock.on_sleep = [&] { stop.request_stop(); };
  auto answer = world.caller().with(stop.get_token()).call(write_alias());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::cancelled);
  answer = world.caller().with(stop.get_token()).call(write_alias());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::cancelled);
  EXPECT_EQ(world.client.requests.size(), 1u);
}

TEST(Caller, AnObserverSeesEveryAttempt) {
  fake::World world;
  world.client.answer(500, fake::lambda_error("ServiceException", "oops"));
  world.client.answer(200, "{}", {{"x-amzn-RequestId", "r-2"}});
  ASSERT_TRUE(world.caller().call(read_alias()));
  ASSERT_EQ(world.seen.size(), 2u);
  EXPECT_EQ(world.seen[0].number, 1);
  EXPECT_EQ(world.seen[0].status, 500);
  EXPECT_EQ(world.seen[0].code, "ServiceException");
  EXPECT_TRUE(world.seen[0].will_repeat);
  EXPECT_EQ(world.seen[1].number, 2);
  EXPECT_EQ(world.seen[1].request_id, "r-2");
  EXPECT_EQ(world.seen[1].resource, "orders:live");
  EXPECT_FALSE(world.seen[1].will_repeat);
}

TEST(Caller, AStreamIsHashedAndSentAgainWhole) {
  fake::World world;
  world.client.break_off(false);
  world.client.answer(200, "{}");
  Spec spec = write_alias();
  spec.body.clear();
  spec.stream = text_body(std::string(5000, 'x'));
  ASSERT_TRUE(world.caller().call(spec));
  EXPECT_EQ(world.client.bodies.at(1), std::string(5000, 'x'));
  EXPECT_EQ(world.client.requests.at(0).headers.get("authorization"),
            world.client.requests.at(1).headers.get("authorization"));
}

TEST(Caller, ASinkStartsAfreshWithEveryAttemptAndItsErrorEndsTheCall) {
  fake::World world;
  world.client.break_off(true);
  world.client.answer(200, "content");
  std::string taken = "left over";
  Spec spec = read_alias();
  spec.sink = [&](std::string_view part) -> Result<void> {
    taken += part;
    return {};
  };
  spec.restart = [&]() -> Result<void> {
    taken.clear();
    return {};
  };
  ASSERT_TRUE(world.caller().call(spec));
  EXPECT_EQ(taken, "content");

  world.client.answer(200, "content");
  spec.sink = [](std::string_view) -> Result<void> {
    return fail(ErrorCode::unavailable, "the disk is full", "Free some space.");
  };
  auto answer = world.caller().call(spec);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "the disk is full");
  EXPECT_EQ(answer.error().remedy(), "Free some space.");
  EXPECT_EQ(world.client.requests.size(), 3u);
}

TEST(Caller, AnotherIdentitySharesTheQuotaAndTheClock) {
  fake::World world;
  world.client.answer(200, "{}");
  Credentials keys;
  keys.access_key_id = "ASIAOTHER";
  keys.secret = Secret("s");
  Caller other = world.caller().as(static_provider(keys, "other"), "210987654321");
  ASSERT_TRUE(other.call(read_alias()));
  EXPECT_THAT(world.client.requests.at(0).headers.get("authorization"), HasSubstr("ASIAOTHER"));
  EXPECT_EQ(other.options().account, "210987654321");
}

}  // namespace
}  // namespace sluice::aws
