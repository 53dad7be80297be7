#include "aws/assume_role.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "aws/fakes.hpp"

namespace sluice::aws {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::string assumed(std::string const& key, Time expiry) {
  return "<R><AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/d/s"
         "</Arn></AssumedRoleUser><Credentials><AccessKeyId>" +
         key + "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>" +
         "<Expiration>" + rfc3339(expiry) + "</Expiration></Credentials></AssumeRoleResult></R>";
}

struct RoleWorld : fake::World {
  std::shared_ptr<Provider> provider =
      assume_role_provider(caller(), "eu-west-1", {"arn:aws:iam::123456789012:role/d", "", "", {}},
                           "role d")
          .value();

  void grant(std::string const& key) { client.answer(200, assumed(key, clock.wall + minutes(60))); }
  void refuse() { client.answer(403, "<E><Error><Code>AccessDenied</Code></Error></E>"); }
  std::string key() {
    auto keys = provider->get({});
    return keys ? keys->access_key_id : keys.error().message;
  }
};

TEST(AssumeRole, KeepsCredentialsUntilHalfOfTheirLife) {
  RoleWorld world;
  world.grant("ONE");
  EXPECT_EQ(world.key(), "ONE");
  world.clock.pass(minutes(29));
  EXPECT_EQ(world.key(), "ONE");
  EXPECT_EQ(world.client.requests.size(), 1u);
  world.clock.pass(minutes(1));
  world.grant("TWO");
  EXPECT_EQ(world.key(), "TWO");
  EXPECT_EQ(world.provider->get({})->account, "123456789012");
}

TEST(AssumeRole, AFailedEarlyRefreshIsToleratedForAWhile) {
  RoleWorld world;
  world.grant("ONE");
  EXPECT_EQ(world.key(), "ONE");
  world.clock.pass(minutes(31));
  world.refuse();
  EXPECT_EQ(world.key(), "ONE");
  EXPECT_EQ(world.client.requests.size(), 2u);
  EXPECT_EQ(world.key(), "ONE");
  EXPECT_EQ(world.client.requests.size(), 2u);
  world.clock.pass(seconds(30));
  world.grant("TWO");
  EXPECT_EQ(world.key(), "TWO");
}

TEST(AssumeRole, ExpiredCredentialsAreNeverHandedOut) {
  RoleWorld world;
  world.grant("ONE");
  EXPECT_EQ(world.key(), "ONE");
  world.clock.pass(minutes(59) + seconds(45));
  world.refuse();
  EXPECT_THAT(world.key(), ::testing::HasSubstr("STS AssumeRole on "));
}

TEST(AssumeRole, RefusedCredentialsAreFetchedAnew) {
  RoleWorld world;
  world.grant("ONE");
  auto one = world.provider->get({});
  ASSERT_TRUE(one);
  EXPECT_TRUE(world.provider->invalidate(*one));
  world.grant("TWO");
  EXPECT_EQ(world.key(), "TWO");
  EXPECT_TRUE(world.provider->invalidate(*one));
  EXPECT_EQ(world.key(), "TWO");
  EXPECT_EQ(world.client.requests.size(), 2u);
}

TEST(AssumeRole, ManyCallersShareOneFetch) {
  RoleWorld world;
  std::latch asked(1), may_answer(1);
  std::string answer = assumed("ONE", world.clock.wall + minutes(60));
  world.client.script.emplace_back([&](net::Request const&) -> fake::Sent {
    asked.count_down();
    may_answer.wait();
    return net::Response{200, {}, answer, {}, {}};
  });
  std::vector<std::string> keys(4);
  std::vector<std::jthread> threads;
  threads.emplace_back([&] { keys[0] = world.key(); });
  asked.wait();
  for (std::size_t i = 1; i < keys.size(); ++i)
    threads.emplace_back([&, i] { keys[i] = world.key(); });
  may_answer.count_down();
  threads.clear();
  for (std::string const& key : keys) EXPECT_EQ(key, "ONE");
  EXPECT_EQ(world.client.requests.size(), 1u);
}

TEST(AssumeRole, WaitingForAnothersFetchCanBeStopped) {
  RoleWorld world;
  std::latch asked(1), may_answer(1);
  std::string answer = assumed("ONE", world.clock.wall + minutes(60));
  world.client.script.emplace_back([&](net::Request const&) -> fake::Sent {
    asked.count_down();
    may_answer.wait();
    return net::Response{200, {}, answer, {}, {}};
  });
  std::jthread fetching([&] { world.key(); });
  asked.wait();
  std::stop_source stop;
  stop.request_stop();
  auto keys = world.provider->get(stop.get_token());
  may_answer.count_down();
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace sluice::aws
