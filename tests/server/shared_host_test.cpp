#include <fstream>

#include "../store/private_postgres.hpp"
#include "engine/secrets.hpp"
#include "server/fixture.hpp"
#include "server/lease_status.hpp"
#include "server/server_process.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Servers in this process that share a PostgreSQL store, each with a state folder of its own.
class SharedHostTest : public ServerTest {
 protected:
  void SetUp() override {
    auto* postgres = store::PrivatePostgres::shared();
    if (!postgres) GTEST_SKIP() << store::missing_postgres;
    ServerTest::SetUp();
    uri_ = postgres->make_database();
  }

  ServeOptions serve_options(std::string const& name) const {
    ServeOptions options;
    options.host = host_options("sluice serve");
    options.host.state_folder = folder_.path() / name;
    options.host.store = Secret(uri_);
    options.own_settings = aws();
    return options;
  }

  static std::unique_ptr<ServerProcess> open_server(ServeOptions options) {
    auto opened = ServerProcess::open(std::move(options));
    EXPECT_TRUE(opened) << opened.error().text();
    if (!opened) return nullptr;
    auto* server = std::get_if<std::unique_ptr<ServerProcess>>(&*opened);
    EXPECT_NE(server, nullptr) << "the folder is held by another process";
    if (!server) return nullptr;
    EXPECT_TRUE(until([&] { return (*server)->host().engine().lease()->trusted; }));
    return std::move(*server);
  }
  std::unique_ptr<ServerProcess> open_server(std::string const& name) const {
    return open_server(serve_options(name));
  }

  static bool until(std::function<bool()> const& happened) {
    Duration const give_up = system_clock().monotonic() + patience;
    while (!happened()) {
      if (system_clock().monotonic() > give_up) return false;
      std::this_thread::yield();
    }
    return true;
  }

  /// A run of that server which waits for somebody at 10 %.
  std::string paused_run(ServerProcess& server) {
    release_first_version(server.host());
    auto run = start(server.host().runs(), new_run(server.host().packages(), "v2", canary()));
    follow(server.host().runs(), run, is_pause);
    return run;
  }

  static engine::Signal skip() { return {"skip", "", "ada", "", {}}; }

  net::Response get(ServerProcess const& server, std::string const& path,
                    std::string const& token = {}) {
    net::Request request;
    request.url = server.url() + path;
    if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
    auto response = client_->send(request, {}, {});
    EXPECT_TRUE(response) << response.error().error.text();
    return response ? *response : net::Response{};
  }

  std::string uri_;
  std::unique_ptr<net::Client> client_ = net::make_client();
};

TEST_F(SharedHostTest, ATokenOfOneServerIsGoodForAll) {
  auto one = open_server("one"), two = open_server("two");
  TokenRequest request;
  request.name = "ann";
  request.roles = {Role::viewer};
  auto made = one->host().tokens().create(request);
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(get(*two, "/api/v1/runs").status, 401);
  EXPECT_EQ(get(*two, "/api/v1/runs", std::string(made->text.open())).status, 200);
}

TEST_F(SharedHostTest, ServersWithTheSameKeyOpenEachOthersSecrets) {
  auto one = open_server("one"), two = open_server("two");
  TokenRequest request;
  request.name = "ann";
  request.roles = {Role::maintainer};
  auto made = one->host().tokens().create(request);
  ASSERT_TRUE(made) << made.error().text();
  auto put = [&] {
    net::Request store;
    store.method = "PUT";
    store.url = one->url() + "/api/v1/secrets/TOKEN";
    store.headers.set("Authorization", "Bearer " + std::string(made->text.open()));
    store.headers.set("Content-Type", "application/json");
    store.body = R"({"value":"sesame-1234"})";
    auto response = client_->send(store, {}, {});
    EXPECT_TRUE(response) << response.error().error.text();
    return response ? *response : net::Response{};
  };
  // Given no key, Then none is made, which the others would not have
  auto refused = put();
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("Servers that share a store need the same one"));
  // When both have the same one, Then what one keeps the other opens
  for (auto name : {"one", "two"})
    folder_.write(std::string(name) + "/secret-key", std::string(64, 'a') + "\n");
  EXPECT_EQ(put().status, 200);
  auto value = two->host().services().secrets()->open("TOKEN");
  ASSERT_TRUE(value) << value.error().text();
  EXPECT_EQ(value->open(), "sesame-1234");
}

TEST_F(SharedHostTest, EachAnswersForTheRunsOfAll) {
  auto one = open_server("one"), two = open_server("two");
  auto run = paused_run(*one);
  auto row = two->host().runs().get(run);
  ASSERT_TRUE(row) << row.error().text();
  EXPECT_FALSE(row->owner.empty());
  EXPECT_FALSE(two->host().engine().executes(run));
  auto told = two->host().runs().signal(run, skip());
  ASSERT_TRUE(told) << told.error().text();
  auto events = follow(two->host().runs(), run);
  expect_gap_free(events);
  EXPECT_EQ(state_of(two->host().runs(), run), "succeeded");
  EXPECT_EQ(live_alias().function_version, "2");
}

TEST_F(SharedHostTest, TheOthersGoOnWhereOneEnds) {
  auto two = open_server("two");
  std::string run;
  {
    auto one = open_server("one");
    run = paused_run(*one);
  }
  EXPECT_TRUE(until([&] { return two->host().engine().executes(run); }));
  auto told = two->host().runs().signal(run, skip());
  ASSERT_TRUE(told) << told.error().text();
  follow(two->host().runs(), run);
  EXPECT_EQ(state_of(two->host().runs(), run), "succeeded");
}

TEST_F(SharedHostTest, AServerThatHandedOverRefusesCommandsAndStillAnswers) {
  auto one = open_server("one"), two = open_server("two");
  auto run = paused_run(*one);
  one->host().hand_over();
  EXPECT_TRUE(until([&] { return two->host().engine().executes(run); }));
  auto refused = one->host().runs().signal(run, skip());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(state_of(one->host().runs(), run), "running");
  EXPECT_EQ(get(*one, "/readyz").status, 503);
  EXPECT_EQ(get(*two, "/readyz").status, 200);
}

TEST_F(SharedHostTest, ARunThatCannotBeGoneOnWithSaysWhyOnEveryServer) {
  std::string run;
  auto options = serve_options("two");
  options.own_settings.endpoint_url = "http://127.0.0.1:9";
  std::unique_ptr<ServerProcess> two;
  {
    auto one = open_server("one");
    run = paused_run(*one);
    two = open_server(std::move(options));
  }
  auto why = [&](ServerProcess& server) {
    auto row = server.host().runs().get(run);
    return row ? row->summary["held"].as_string() : row.error().text();
  };
  EXPECT_TRUE(until([&] { return !why(*two).empty(); }));
  auto three = open_server("three");
  EXPECT_THAT(why(*three), HasSubstr("127.0.0.1:9"));
  two.reset();
  EXPECT_TRUE(until([&] { return three->host().engine().executes(run); }));
  EXPECT_EQ(why(*three), "");
}

TEST_F(SharedHostTest, TwoServersDoNotShareAFolder) {
  auto one = open_server("one");
  auto options = serve_options("one");
  auto opened = ServerProcess::open(std::move(options));
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_TRUE(std::holds_alternative<store::HeldBy>(*opened));
}

TEST_F(SharedHostTest, AFolderIsOfOneKindOfStore) {
  auto own = open_host();
  own.reset();
  auto options = serve_options("state");
  auto refused = ServerProcess::open(std::move(options));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("holds a journal of its own"));

  auto server = open_server("one");
  server.reset();
  auto of_server = host_options();
  of_server.state_folder = folder_.path() / "one";
  auto opened = Host::open(std::move(of_server));
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("postgres://"));
}

TEST_F(SharedHostTest, NothingThatIsKeptOrSaidHoldsThePassword) {
  auto options = serve_options("one");
  std::string const host = uri_.substr(uri_.find("host="));
  options.host.store = Secret("postgres://sluice:hunter2@/nowhere?" + host);
  auto refused = ServerProcess::open(std::move(options));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), Not(HasSubstr("hunter2")));
  options = serve_options("one");
  options.host.store = Secret("postgres://sluice:hunter2@" +
                              uri_.substr(uri_.find('/', std::string("postgres://").size())));
  auto server = open_server(std::move(options));
  std::ifstream in(folder_.path() / "one" / "shared-store");
  std::string kept((std::istreambuf_iterator<char>(in)), {});
  EXPECT_THAT(kept, HasSubstr("postgres://sluice@"));
  EXPECT_THAT(kept, Not(HasSubstr("hunter2")));
}

TEST(LeaseChecks, FailWithoutTrustAndWithAClockThatIsFarAway) {
  using namespace std::chrono_literals;
  struct Case {
    Duration skew;
    bool ok;
    std::string reason;
  };
  for (auto const& [skew, ok, reason] :
       {Case{0ms, true, ""}, Case{2s, true, ""}, Case{2001ms, true, "2s behind the database's"},
        Case{-5s, true, "5s ahead of the database's"},
        Case{-5001ms, false, "5s ahead of the database's"}}) {
    SCOPED_TRACE(skew.count());
    auto checks = lease_checks({.trusted = true, .clock_skew = skew, .runs = 0, .held = 0});
    ASSERT_EQ(checks.size(), 2u);
    EXPECT_TRUE(checks[0].ok);
    EXPECT_EQ(checks[1].ok, ok);
    EXPECT_THAT(checks[1].reason, HasSubstr(reason));
    EXPECT_EQ(checks[1].reason.empty(), reason.empty());
  }
  EXPECT_FALSE(lease_checks({})[0].ok);
}

TEST_F(SharedHostTest, WithoutItsDatabaseAServerIsNotReady) {
  auto one = open_server("one");
  EXPECT_EQ(get(*one, "/readyz").status, 200);
  EXPECT_THAT(lease_metrics(*one->host().engine().lease()), HasSubstr("sluice_lease_trusted 1\n"));
  store::PrivatePostgres::shared()->stop();
  EXPECT_EQ(get(*one, "/readyz").status, 503);
  store::PrivatePostgres::shared()->start();
  EXPECT_TRUE(until([&] { return get(*one, "/readyz").status == 200; }));
}

}  // namespace
}  // namespace sluice::server
