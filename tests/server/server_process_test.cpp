#include "server/server_process.hpp"

#include "server/fixture.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;

class ServerProcessTest : public ServerTest {
 protected:
  ServeOptions serve_options() const {
    ServeOptions options;
    options.host = host_options("sluice serve");
    options.own_settings = aws();
    return options;
  }

  std::unique_ptr<ServerProcess> open_server(ServeOptions options) const {
    auto opened = ServerProcess::open(std::move(options));
    EXPECT_TRUE(opened) << opened.error().text();
    if (!opened) return nullptr;
    auto* server = std::get_if<std::unique_ptr<ServerProcess>>(&*opened);
    EXPECT_NE(server, nullptr) << "the store is held by another process";
    return server ? std::move(*server) : nullptr;
  }
  std::unique_ptr<ServerProcess> open_server() const { return open_server(serve_options()); }

  net::Response send(ServerProcess const& server, std::string const& method,
                     std::string const& path, std::string const& token = {},
                     std::string const& body = {}, net::Headers headers = {}) {
    net::Request request;
    request.method = method;
    request.url = server.url() + path;
    request.headers = std::move(headers);
    if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Idempotency-Key", std::to_string(++sent_));
    request.body = body;
    auto response = client_->send(request, {}, {});
    EXPECT_TRUE(response) << response.error().error.text();
    return response ? *response : net::Response{};
  }

  static std::string token(ServerProcess& server, std::string name, std::set<Role> roles) {
    TokenRequest request;
    request.name = std::move(name);
    request.roles = std::move(roles);
    auto made = server.host().tokens().create(request);
    EXPECT_TRUE(made) << made.error().text();
    return made ? std::string(made->text.open()) : "";
  }

  std::unique_ptr<net::Client> client_ = net::make_client();
  int sent_ = 0;
};

TEST_F(ServerProcessTest, WithoutATokenThereIsHealthAndNothingElse) {
  auto server = open_server();
  EXPECT_EQ(send(*server, "GET", "/healthz").status, 200);
  auto refused = send(*server, "GET", "/api/v1/runs");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.headers.get("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(send(*server, "GET", "/api/v1/runs", token(*server, "ann", {Role::viewer})).status,
            200);
}

TEST_F(ServerProcessTest, TheSetUpTokenIsExchangedOverHttp) {
  auto server = open_server();
  ASSERT_TRUE(server->setup_token());
  std::string const body =
      json::Value{{"setup_token", std::string(server->setup_token()->open())}}.dump();
  auto logged_in = send(*server, "POST", "/api/v1/login", "", body);
  ASSERT_EQ(logged_in.status, 201) << logged_in.body;
  auto document = json::parse(logged_in.body);
  ASSERT_TRUE(document);
  std::string const admin = (*document)["token"].as_string();
  EXPECT_EQ(send(*server, "GET", "/api/v1/tokens", admin).status, 200);
  EXPECT_EQ(send(*server, "POST", "/api/v1/login", "", body).status, 401);
  server.reset();
  server = open_server();
  EXPECT_FALSE(server->setup_token());
  EXPECT_EQ(send(*server, "GET", "/api/v1/tokens", admin).status, 200);
}

TEST_F(ServerProcessTest, EveryRouteAsksForItsPermissionOfEveryRole) {
  auto server = open_server();
  std::map<Role, std::string> tokens;
  for (Role role : {Role::viewer, Role::operator_, Role::approver, Role::maintainer, Role::admin})
    tokens[role] = token(*server, std::string(name_of(role)), {role});
  auto access = same_user();
  Api const api(server->host().api_parts(*access, {}));
  ASSERT_GT(api.routes().size(), 10u);
  for (auto const& route : api.routes()) {
    std::string path = route.path;
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{'))
      path.replace(at, path.find('}') - at + 1, "nobody");
    auto const what = route.method + " " + route.path;
    int const unknown = send(*server, route.method, path).status;
    if (route.permission == Permission::anyone)
      EXPECT_NE(unknown, 403) << what;
    else
      EXPECT_EQ(unknown, 401) << what;
    for (auto const& [role, text] : tokens) {
      int const status = send(*server, route.method, path, text).status;
      bool const allowed = may({"", {role}}, route.permission);
      EXPECT_EQ(status != 403, allowed) << what << " as " << name_of(role) << ": " << status;
      EXPECT_NE(status, 401) << what;
    }
  }
}

TEST_F(ServerProcessTest, WhoIsUnknownSendsNoLargeBodyButAPlan) {
  auto server = open_server();
  std::string const large(2 << 20, ' ');
  EXPECT_EQ(send(*server, "POST", "/api/v1/login", "", large).status, 413);
  EXPECT_EQ(send(*server, "PUT", "/api/v1/secrets/A", "", large).status, 413);
  EXPECT_EQ(send(*server, "POST", "/api/v1/runs", "", large).status, 401);
  std::string const too_large(Api::most_body + 1, ' ');
  EXPECT_EQ(send(*server, "POST", "/api/v1/runs", "", too_large).status, 413);
}

TEST_F(ServerProcessTest, OnlyApproversAnswerWhatAPlanAsks) {
  auto server = open_server();
  std::string const body = R"({"kind": "approve"})";
  auto as = [&](Role role) {
    auto text = token(*server, std::string(name_of(role)), {role});
    return send(*server, "POST", "/api/v1/runs/d-A/signals", text, body).status;
  };
  EXPECT_EQ(as(Role::viewer), 403);
  EXPECT_EQ(as(Role::operator_), 403);
  EXPECT_EQ(as(Role::maintainer), 403);
  EXPECT_NE(as(Role::approver), 403);
  EXPECT_NE(as(Role::admin), 403);
}

TEST_F(ServerProcessTest, WrongTokensAreSlowedAndGoodOnesAreNot) {
  auto server = open_server();
  auto good = token(*server, "ann", {Role::viewer});
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(send(*server, "GET", "/api/v1/runs", "sluice_api_wrong").status, 401);
  auto slowed = send(*server, "GET", "/api/v1/runs", "sluice_api_wrong");
  EXPECT_EQ(slowed.status, 429);
  EXPECT_NE(slowed.headers.get("Retry-After"), "");
  EXPECT_EQ(send(*server, "POST", "/api/v1/login", "", R"({"setup_token": "x"})").status, 429);
  EXPECT_EQ(send(*server, "GET", "/api/v1/runs", good).status, 200);
}

TEST_F(ServerProcessTest, OtherHostsAreRefused) {
  auto options = serve_options();
  options.public_url = *net::Url::parse("https://sluice.example");
  auto server = open_server(std::move(options));
  auto status = [&](std::string const& host) {
    return send(*server, "GET", "/healthz", "", "", {{"Host", host}}).status;
  };
  EXPECT_EQ(status("127.0.0.1"), 200);
  EXPECT_EQ(status("localhost:1234"), 200);
  EXPECT_EQ(status("Sluice.Example"), 200);
  EXPECT_EQ(status("sluice.example.evil.test"), 403);
  EXPECT_EQ(status("192.0.2.1"), 403);
  EXPECT_EQ(status("evil.test"), 403);
}

TEST_F(ServerProcessTest, DoesNotListenWhereOthersCouldReadTokens) {
  for (std::string address : {"0.0.0.0", "::", "192.0.2.1"}) {
    auto options = serve_options();
    options.address = address;
    auto opened = ServerProcess::open(std::move(options));
    ASSERT_FALSE(opened) << address;
    EXPECT_EQ(opened.error().code, ErrorCode::invalid_input);
    EXPECT_THAT(opened.error().message, HasSubstr(address));
  }
}

TEST_F(ServerProcessTest, AProxyThatSpeaksTlsForItMayBeInFrontOfIt) {
  auto options = serve_options();
  options.address = "0.0.0.0";
  options.proxies = {*net::parse_range("192.0.2.0/24")};
  auto server = open_server(std::move(options));
  ASSERT_TRUE(server);
  // This machine may talk to it without one, and is not believed what proxies are.
  net::Headers const forwarded{{"Host", "127.0.0.1"}, {"X-Forwarded-For", "nonsense"}};
  EXPECT_EQ(send(*server, "GET", "/healthz", "", "", forwarded).status, 200);
}

TEST_F(ServerProcessTest, AttemptsAreCountedByTheAddressThatTheProxySaw) {
  auto options = serve_options();
  options.proxies = {*net::parse_range("127.0.0.1")};
  auto server = open_server(std::move(options));
  auto status = [&](std::string const& source) {
    return send(*server, "GET", "/api/v1/runs", "sluice_api_wrong", "",
                {{"X-Forwarded-For", source}})
        .status;
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(status("192.0.2.1"), 401);
  EXPECT_EQ(status("192.0.2.1"), 429);
  EXPECT_EQ(status("192.0.2.2"), 401);
  EXPECT_EQ(status("nonsense"), 400);
}

TEST_F(ServerProcessTest, ARestartedServerGoesOnWithItsRuns) {
  std::string run;
  {
    auto server = open_server();
    release_first_version(server->host());
    run = start(server->host().runs(), new_run(server->host().packages(), "v2", canary()));
    follow(server->host().runs(), run, is_pause);
  }
  auto server = open_server();
  auto& runs = server->host().runs();
  auto const give_up = system_clock().monotonic() + patience;
  while (runs.get(run)->owner.empty() && system_clock().monotonic() < give_up)
    std::this_thread::yield();
  auto skipped = runs.signal(run, {"skip", "", "ada", "", {}});
  ASSERT_TRUE(skipped) << skipped.error().text();
  follow(runs, run);
  EXPECT_EQ(state_of(runs, run), "succeeded");
  EXPECT_EQ(live_alias().function_version, "2");
}

TEST_F(ServerProcessTest, ARunWhoseAwsCannotBeReachedIsHeldAndTheOthersGoOn) {
  std::string run;
  {
    auto server = open_server();
    release_first_version(server->host());
    run = start(server->host().runs(), new_run(server->host().packages(), "v2", canary()));
    follow(server->host().runs(), run, is_pause);
  }
  auto options = serve_options();
  options.own_settings.endpoint_url = "http://127.0.0.1:9";
  auto server = open_server(std::move(options));
  auto& runs = server->host().runs();
  auto const give_up = system_clock().monotonic() + patience;
  while (runs.get(run)->summary["held"].is_null() && system_clock().monotonic() < give_up)
    std::this_thread::yield();
  EXPECT_THAT(runs.get(run)->summary["held"].as_string(), HasSubstr("127.0.0.1:9"));
  auto refused = runs.signal(run, {"skip", "", "ada", "", {}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("is held"));
}

}  // namespace
}  // namespace sluice::server
