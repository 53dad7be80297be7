#include "server/documented.hpp"
#include "server/fixture.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;

class ApiTest : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    host_ = open_host();
  }

  net::Response send(std::string const& method, std::string const& path, net::Headers headers = {},
                     std::string body = {}) {
    net::Request request;
    request.method = method;
    request.url = "http://localhost" + path;
    request.headers = std::move(headers);
    request.body = std::move(body);
    net::SendOptions options;
    options.unix_socket = host_->socket();
    auto response = client_->send(request, options, {});
    EXPECT_TRUE(response) << response.error().error.text();
    bool ours = response && headers.get("Accept") != "text/event-stream";
    if (ours) expect_documented(method, path, *response);
    return response ? *response : net::Response{};
  }

  std::unique_ptr<Host> host_;
  std::unique_ptr<net::Client> client_ = net::make_client();
};

TEST_F(ApiTest, TheSocketIsForThisUserOnly) {
  auto rights = std::filesystem::status(host_->socket()).permissions();
  EXPECT_EQ(static_cast<unsigned>(rights), 0600u);
  auto folder = std::filesystem::path(host_->socket()).parent_path();
  EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(folder).permissions()), 0700u);
}

TEST_F(ApiTest, SaysThatItIsThere) {
  auto health = json::parse(send("GET", "/healthz").body);
  ASSERT_TRUE(health);
  EXPECT_EQ((*health)["status"].as_string(), "ok");
  EXPECT_EQ((*health)["pid"].as_int(), getpid());
  EXPECT_EQ((*health)["command"].as_string(), "sluice test");
}

TEST_F(ApiTest, RefusesWithProblemDocuments) {
  struct Case {
    std::string method, path, body;
    int status;
    std::string detail;
  };
  for (auto const& [method, path, body, status, detail] :
       std::vector<Case>{{"GET", "/nothing", "", 404, "/nothing"},
                         {"GET", "/api/v1/runs/d-A/parts", "", 404, "parts"},
                         {"DELETE", "/api/v1/runs", "", 405, "GET, POST"},
                         {"POST", "/api/v1/runs/d-A", "", 405, "GET"},
                         {"GET", "/api/v1/runs/d-A/signals", "", 405, "POST"},
                         {"GET", "/api/v1/runs/d-A", "", 404, "d-A"},
                         {"GET", "/api/v1/runs/d-A/plan", "", 404, "d-A"},
                         {"GET", "/api/v1/runs/d-A/events", "", 404, "d-A"},
                         {"GET", "/api/v1/runs/d-A/events?after=x", "", 400, "after"},
                         {"GET", "/api/v1/runs?limit=1000", "", 400, "limit"},
                         {"POST", "/api/v1/runs", "{", 400, "read the request"},
                         {"POST", "/api/v1/runs", R"({"plan": {}, "aswell": 1})", 400, "aswell"},
                         {"POST", "/api/v1/runs/d-A/signals", R"({"by": "ada"})", 400, "kind"},
                         {"POST", "/api/v1/runs/d-A/signals", R"({"kind": "stop"})", 404, "d-A"},
                         {"POST", "/api/v1/runs/d-A/resume", R"({"aws": {}})", 404, "d-A"}}) {
    auto response = send(method, path, {{"Content-Type", "application/json"}}, body);
    EXPECT_EQ(response.status, status) << method << ' ' << path;
    EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json") << path;
    auto document = json::parse(response.body);
    ASSERT_TRUE(document) << path;
    EXPECT_THAT((*document)["detail"].as_string(), HasSubstr(detail)) << method << ' ' << path;
  }
}

TEST_F(ApiTest, WebPagesAndOtherHostsAreRefused) {
  for (auto const& headers :
       {net::Headers{{"Origin", "https://example.com"}}, net::Headers{{"Host", "example.com"}},
        net::Headers{{"Sec-Fetch-Site", "cross-site"}}})
    EXPECT_EQ(send("GET", "/api/v1/runs", headers).status, 403);
}

TEST_F(ApiTest, AStreamOfAnEndedRunHoldsItsEventsAndItsEnd) {
  release_first_version(*host_);
  auto run = host_->runs().list({})->front();
  auto stream =
      send("GET", "/api/v1/runs/" + run.id + "/events", {{"Accept", "text/event-stream"}});
  EXPECT_EQ(stream.status, 200);
  EXPECT_EQ(stream.headers.get("Content-Type"), "text/event-stream");
  EXPECT_TRUE(stream.body.starts_with("id: 1\nevent: run_created\ndata: {\"seq\":1,"))
      << stream.body;
  EXPECT_TRUE(stream.body.ends_with("\n\nevent: end\ndata: {}\n\n")) << stream.body;

  auto rest =
      send("GET", "/api/v1/runs/" + run.id + "/events?after=1",
           {{"Accept", "text/event-stream"}, {"Last-Event-ID", std::to_string(run.last_seq - 1)}});
  EXPECT_TRUE(rest.body.starts_with("id: " + std::to_string(run.last_seq) + "\nevent: run_ended"))
      << rest.body;
  auto bad = send("GET", "/api/v1/runs/" + run.id + "/events",
                  {{"Accept", "text/event-stream"}, {"Last-Event-ID", "x"}});
  EXPECT_EQ(bad.status, 400);
}

}  // namespace
}  // namespace sluice::server
