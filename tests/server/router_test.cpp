#include "base/strings.hpp"
#include "server/api_stage.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;
using testing::Not;

class RouterTest : public ApiStage {
 protected:
  static json::Value document(net::Response const& response) {
    EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
    auto body = json::parse(response.body);
    EXPECT_TRUE(body) << response.body;
    EXPECT_EQ((*body)["status"].as_int(), response.status);
    return body.value_or(json::Value());
  }
};

TEST_F(RouterTest, WhoIsUnknownIsAskedForAToken) {
  auto response = send("GET", "/api/v1/runs", {{"Authorization", ""}});
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.headers.get("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(document(response)["title"].as_string(), "Not authenticated");
}

TEST_F(RouterTest, EveryRouteAsksForItsPermission) {
  // Given somebody who may do nothing but look
  for (auto const& route : process_->api.routes()) {
    bool open = route.permission == Permission::anyone || route.permission == Permission::view;
    if (open) continue;
    std::string path = replace_all(replace_all(route.path, "{run}", "d-A"), "{sha256}", "00");
    auto response = send(route.method, path,
                         {{"Authorization", "Bearer eve/viewer"}, {"Idempotency-Key", "k"}});
    EXPECT_EQ(response.status, 403) << route.method << ' ' << path;
  }
  std::string run = start();
  for (auto const* role : {"viewer", "operator", "maintainer"}) {
    auto answer =
        send("POST", "/api/v1/runs/" + run + "/signals",
             {{"Authorization", std::string("Bearer eve/") + role}, {"Idempotency-Key", role}},
             R"({"kind": "approve"})");
    EXPECT_EQ(answer.status, 403) << role;
  }
}

TEST_F(RouterTest, AFormIsNoRequest) {
  for (auto const* type : {"text/plain", "application/x-www-form-urlencoded", ""}) {
    auto response = send("POST", "/api/v1/runs", {{"Content-Type", type}, {"Idempotency-Key", "k"}},
                         asking_run().dump());
    EXPECT_EQ(response.status, 415) << type;
    document(response);
  }
  auto plain = send("POST", "/api/v1/runs",
                    {{"Content-Type", "Application/JSON; charset=utf-8"}, {"Idempotency-Key", "k"}},
                    asking_run().dump());
  EXPECT_EQ(plain.status, 201) << plain.body;
}

TEST_F(RouterTest, PagesOfOthersAreRefused) {
  for (auto const* site : {"cross-site", "same-site"})
    EXPECT_EQ(send("GET", "/api/v1/runs", {{"Sec-Fetch-Site", site}}).status, 403) << site;
  EXPECT_EQ(send("GET", "/api/v1/runs", {{"Sec-Fetch-Site", "same-origin"}}).status, 200);
  auto post =
      send("POST", "/api/v1/runs", {{"Sec-Fetch-Site", "same-origin"}, {"Idempotency-Key", "k"}},
           asking_run().dump());
  EXPECT_EQ(post.status, 403);
  EXPECT_EQ(send("GET", "/", {{"Origin", "https://sluice.test"}}).status, 403);
}

TEST_F(RouterTest, AProblemNamesItsTraceAndThePartsThatAreWrong) {
  auto first = document(post("/api/v1/runs", "k", json::Value{{"palns", 1}}));
  auto second = document(post("/api/v1/runs", "k", json::Value{{"palns", 1}}));
  EXPECT_EQ(first["traceId"].as_string().size(), 32u);
  EXPECT_NE(first["traceId"], second["traceId"]);
  EXPECT_EQ(first["errors"].items().at(0)["pointer"].as_string(), "/palns");
  EXPECT_EQ(first["errors"].items().at(0)["code"].as_string(), "invalid_input");

  // Everything that is wrong with a plan comes at once
  auto run = asking_run();
  auto plan = plan::plan_from_json(run["plan"]).value();
  plan.name.clear();
  plan.root.name = "";
  plan.root.children = {plan::leaf("a", plan::ApprovalStep{}),
                        plan::leaf("a", plan::ApprovalStep{}),
                        plan::leaf("a/b", plan::ApprovalStep{})};
  auto problems = plan::problems_of(plan);
  ASSERT_GE(problems.size(), 2u);
  auto refused = document(post("/api/v1/runs", "k", json::Value{{"plan", plan::to_json(plan)}}));
  ASSERT_EQ(refused["errors"].items().size(), problems.size());
  EXPECT_EQ(refused["errors"].items().at(1)["message"].as_string(), problems[1]);
}

TEST_F(RouterTest, WhatIsBrokenInsideStaysInside) {
  break_writes({"create"}, true);
  auto response = post("/api/v1/runs", "k", asking_run());
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, Not(HasSubstr("disk")));
  EXPECT_THAT(document(response)["hint"].as_string(),
              HasSubstr(document(response)["traceId"].as_string()));
}

class RateTest : public RouterTest {
 protected:
  RateTest() {
    rate_ = {.per_second = 0.5, .burst = 3};
    restart();
  }
  net::Response ask(std::string const& who) {
    return send("GET", "/api/v1/runs", {{"Authorization", "Bearer " + who + "/viewer"}});
  }
};

TEST_F(RateTest, EachPrincipalHasARate) {
  for (auto const* left : {"2", "1", "0"}) {
    auto response = ask("ada");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.headers.get("RateLimit-Limit"), "3");
    EXPECT_EQ(response.headers.get("RateLimit-Remaining"), left);
  }
  auto refused = ask("ada");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.get("Retry-After"), "2");
  EXPECT_EQ(refused.headers.get("RateLimit-Reset"), "6");
  EXPECT_EQ(document(refused)["code"].as_string(), "throttled");
  EXPECT_EQ(ask("bob").status, 200);
  clock_.advance(std::chrono::seconds(2));
  EXPECT_EQ(ask("ada").status, 200);
  EXPECT_EQ(ask("ada").status, 429);
}

}  // namespace
}  // namespace sluice::server
