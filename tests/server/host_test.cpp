#include "server/fixture.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

using HostTest = ServerTest;

TEST_F(HostTest, ReleasesANewFunctionAndThenShiftsToItsSecondVersion) {
  auto host = open_host();
  std::string first =
      start(host->runs(), new_run(host->packages(), "v1", {shift_to(10), shift_to(100)}));
  auto events = follow(host->runs(), first);
  expect_gap_free(events);
  EXPECT_EQ(state_of(host->runs(), first), "succeeded") << events.back().body.dump();
  EXPECT_EQ(live_alias().function_version, "1");

  std::string second = start(host->runs(), new_run(host->packages(), "v2", canary()));
  follow(host->runs(), second, is_pause);
  EXPECT_EQ(live_alias().weights, (std::map<std::string, double>{{"2", 0.1}}));
  auto skipped = host->runs().signal(second, {"skip", "", "ada", "", {}});
  ASSERT_TRUE(skipped) << skipped.error().text();
  expect_gap_free(follow(host->runs(), second));
  EXPECT_EQ(state_of(host->runs(), second), "succeeded");
  EXPECT_EQ(live_alias().function_version, "2");
  EXPECT_THAT(live_alias().weights, IsEmpty());
}

TEST_F(HostTest, AStopPutsTheAliasBack) {
  auto host = open_host();
  release_first_version(*host);
  std::string run = start(host->runs(), new_run(host->packages(), "v2", canary()));
  follow(host->runs(), run, is_pause);
  auto stopped = host->runs().signal(run, {"stop", "", "ada", "wrong file", {}});
  ASSERT_TRUE(stopped) << stopped.error().text();
  follow(host->runs(), run);
  EXPECT_EQ(state_of(host->runs(), run), "stopped");
  EXPECT_EQ(live_alias().function_version, "1");
  EXPECT_THAT(live_alias().weights, IsEmpty());
}

TEST_F(HostTest, ASecondRunOfTheSameAliasIsToldWhoHasIt) {
  auto host = open_host();
  release_first_version(*host);
  std::string run = start(host->runs(), new_run(host->packages(), "v2", canary()));
  auto second = host->runs().start(new_run(host->packages(), "v3", {}));
  ASSERT_TRUE(second) << second.error().text();
  ASSERT_TRUE(second->busy);
  EXPECT_EQ(second->busy->run, run);
}

TEST_F(HostTest, APackageThatIsNotStoredIsRefused) {
  auto host = open_host();
  NewRun run = new_run(host->packages(), "v1", {});
  run.plan.releases[0].package.sha256 = base64(sha256("something else"));
  auto started = host->runs().start(std::move(run));
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().text(), HasSubstr("here/orders"));
}

TEST_F(HostTest, ARunThatWasLetGoStaysAsItIsUntilItIsResumed) {
  std::string run;
  {
    auto host = open_host();
    release_first_version(*host);
    run = start(host->runs(), new_run(host->packages(), "v2", canary()));
    follow(host->runs(), run, is_pause);
  }
  auto host = open_host();
  auto row = host->runs().get(run);
  ASSERT_TRUE(row) << row.error().text();
  EXPECT_EQ(row->state, "running");
  EXPECT_EQ(row->owner, "");

  auto followed = host->runs().follow(run, 0, [](auto const&) { return true; }, {});
  ASSERT_FALSE(followed);
  EXPECT_EQ(followed.error().code, ErrorCode::unavailable);
  EXPECT_THAT(followed.error().hint, HasSubstr("sluice resume " + run));
  auto signal = host->runs().signal(run, {"skip", "", "ada", "", {}});
  ASSERT_FALSE(signal);
  EXPECT_EQ(signal.error().code, ErrorCode::unavailable);

  auto resumed = host->runs().resume(run, aws());
  ASSERT_TRUE(resumed) << resumed.error().text();
  ASSERT_TRUE(host->runs().signal(run, {"skip", "", "ada", "", {}}));
  expect_gap_free(follow(host->runs(), run));
  EXPECT_EQ(state_of(host->runs(), run), "succeeded");
}

TEST_F(HostTest, AStopOfARunThatNobodyExecutesIsObeyedWhenItIsResumed) {
  std::string run;
  {
    auto host = open_host();
    release_first_version(*host);
    run = start(host->runs(), new_run(host->packages(), "v2", canary()));
    follow(host->runs(), run, is_pause);
    EXPECT_NE(host->runs().get(run)->owner, "");
  }
  auto host = open_host();
  auto stopped = host->runs().signal(run, {"stop", "", "ada", "wrong file", {}});
  ASSERT_TRUE(stopped) << stopped.error().text();
  EXPECT_EQ(host->runs().get(run)->owner, "");
  EXPECT_EQ(live_alias().weights.size(), 1u);
  auto twice = host->runs().signal(run, {"rollback", "", "bob", "", {}});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, ErrorCode::conflict);

  ASSERT_TRUE(host->runs().resume(run, aws()));
  expect_gap_free(follow(host->runs(), run));
  EXPECT_EQ(state_of(host->runs(), run), "stopped");
  EXPECT_THAT(live_alias().weights, IsEmpty());
}

TEST_F(HostTest, ARunIsResumedInItsOwnWorldOnly) {
  std::string run;
  {
    auto host = open_host();
    release_first_version(*host);
    run = start(host->runs(), new_run(host->packages(), "v2", canary()));
    follow(host->runs(), run, is_pause);
  }
  auto host = open_host();
  AwsSettings elsewhere = aws();
  elsewhere.endpoint_url = "http://127.0.0.1:9";
  auto resumed = host->runs().resume(run, elsewhere);
  ASSERT_FALSE(resumed);
  EXPECT_EQ(resumed.error().code, ErrorCode::conflict);
  EXPECT_THAT(resumed.error().message, HasSubstr(endpoint_->url()));
}

TEST_F(HostTest, ACommandThatComesSecondIsToldWhoHoldsTheStore) {
  auto host = open_host();
  auto second = Host::open(host_options());
  ASSERT_TRUE(second) << second.error().text();
  auto const* holder = std::get_if<store::HeldBy>(&*second);
  ASSERT_NE(holder, nullptr);
  EXPECT_EQ(holder->command, "sluice test");
  EXPECT_EQ(holder->socket, host->socket());
}

TEST_F(HostTest, LingersForRunsThatNobodyFollows) {
  auto host = open_host();
  EXPECT_THAT(host->linger({}), IsEmpty());
  release_first_version(*host);
  std::string run = start(host->runs(), new_run(host->packages(), "v2", canary()));
  follow(host->runs(), run, is_pause);
  std::stop_source stopped;
  stopped.request_stop();
  EXPECT_THAT(host->linger(stopped.get_token()), testing::ElementsAre(run));
  ASSERT_TRUE(host->runs().signal(run, {"stop", "", "ada", "", {}}));
  EXPECT_THAT(host->linger({}), IsEmpty());
}

TEST_F(HostTest, DoesNotTakeAFollowerThatIsGoneForOne) {
  auto host = open_host();
  release_first_version(*host);
  std::string run = start(host->runs(), new_run(host->packages(), "v2", canary()));
  follow(host->runs(), run, is_pause);
  // Given a client that has begun to follow and breaks off
  net::Request request;
  request.method = "GET";
  request.url = "http://localhost/api/v1/runs/" + run + "/events";
  request.headers.set("Accept", "text/event-stream");
  net::SendOptions options;
  options.unix_socket = host->socket();
  options.sink = [](std::string_view) -> Result<void> {
    return fail(ErrorCode::cancelled, "seen enough");
  };
  EXPECT_FALSE(net::make_client()->send(request, options, {}));
  // Then the host goes on until somebody stops it
  std::stop_source stopped;
  std::jthread later([&](std::stop_token over) {
    system_clock().sleep(std::chrono::seconds(3), over);
    stopped.request_stop();
  });
  EXPECT_THAT(host->linger(stopped.get_token()), testing::ElementsAre(run));
  ASSERT_TRUE(host->runs().signal(run, {"stop", "", "ada", "", {}}));
  EXPECT_THAT(host->linger({}), IsEmpty());
}

}  // namespace
}  // namespace sluice::server
