#include "local/endpoint.hpp"

#include "local/direct_client.hpp"
#include "local/endpoint_fixture.hpp"
#include "local/wire/xml.hpp"

namespace sluice::local {
namespace {

using namespace std::chrono_literals;
using test::EndpointTest;

TEST_F(EndpointTest, RefusesForeignHostsOriginsAndUnsignedRequests) {
  auto request = test::signed_request({}, clock_.now());
  request.headers.set("Host", "attacker.example");
  EXPECT_EQ(endpoint_->handle(request).status, 403);
  request = test::signed_request({}, clock_.now());
  request.headers.set("Origin", "https://attacker.example");
  EXPECT_EQ(endpoint_->handle(request).status, 403);
  net::Incoming const plain{"GET", "/2015-03-31/functions/", "", {{"Host", "localhost"}}, ""};
  auto const answer = endpoint_->handle(plain);
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.headers.get("x-amzn-ErrorType"), "MissingAuthenticationTokenException");
}

TEST_F(EndpointTest, NamesAServiceItDoesNotHave) {
  auto const answer = send({.method = "POST", .service = "dynamodb"});
  EXPECT_EQ(answer.status, 501);
  EXPECT_TRUE(answer.body.contains("not dynamodb")) << answer.body;
}

TEST_F(EndpointTest, RunsAFunctionAndCountsIt) {
  make_function();
  auto const answer = invoke(R"({"a":1})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"a":1})");
  EXPECT_EQ(answer.headers.get("X-Amz-Executed-Version"), "$LATEST");
  EXPECT_EQ(invoke(R"("fail")").headers.get("X-Amz-Function-Error"), "Unhandled");
  auto const query = R"({"StartTime":1767322800,"EndTime":1767326400,"MetricDataQueries":[{"Id":"e",
    "MetricStat":{"Metric":{"Namespace":"AWS/Lambda","MetricName":"Errors","Dimensions":[
    {"Name":"FunctionName","Value":"orders"}]},"Period":60,"Stat":"Average"}}]})";
  auto const metrics =
      send({.method = "POST",
            .body = query,
            .headers = {{"X-Amz-Target", "GraniteServiceVersion20100801.GetMetricData"}},
            .service = "monitoring"});
  auto const result = (*json::parse(metrics.body))["MetricDataResults"].items().at(0);
  EXPECT_EQ(result["Values"], json::array({0.5})) << metrics.body;
  auto const logs = *json::parse(admin("GET", "logs/orders?region=eu-west-1").body);
  EXPECT_EQ(logs["entries"].items().size(), 2U);
}

TEST_F(EndpointTest, RepeatsAFailedEventTwiceAfterTheDelays) {
  make_function();
  EXPECT_EQ(invoke(R"("fail")", {{"X-Amz-Invocation-Type", "Event"}}).status, 202);
  int runs = 0;
  for (auto const wait : {0min, 1min, 2min, 10min}) {
    clock_.time += wait;
    while (endpoint_->run_event()) ++runs;
  }
  EXPECT_EQ(runs, 3);
  EXPECT_FALSE(endpoint_->next_event());
}

TEST_F(EndpointTest, ServesTheCodeLinkWithoutCredentialsForTenMinutes) {
  make_function();
  auto const function = *json::parse(lambda("GET", {"functions", "orders"}).body);
  auto const url = net::Url::parse(function["Code"]["Location"].as_string());
  ASSERT_TRUE(url);
  net::Incoming const request{"GET", url->path, url->query, {{"Host", "localhost"}}, ""};
  EXPECT_EQ(endpoint_->handle(request).body, zip());
  clock_.time += 10min;
  EXPECT_EQ(endpoint_->handle(request).status, 403);
}

TEST_F(EndpointTest, DisturbsTheAskedCallAsOftenAsAsked) {
  make_function();
  auto const asked = admin("POST", "faults", R"({"call":"PublishVersion","do":"throttle",
    "function":"orders"})");
  ASSERT_EQ(asked.status, 201) << asked.body;
  EXPECT_EQ(lambda("GET", {"functions", "orders"}).status, 200);
  EXPECT_EQ(lambda("POST", {"functions", "orders", "versions"}, "{}").status, 429);
  EXPECT_EQ(lambda("POST", {"functions", "orders", "versions"}, "{}").status, 201);
  EXPECT_EQ(calls().items().at(2)["fault"].as_string(), "before TooManyRequestsException");
}

TEST_F(EndpointTest, LosesTheAnswerButNotTheEffect) {
  make_bucket();
  DirectClient client(*endpoint_);
  ASSERT_EQ(
      admin("POST", "faults", R"({"call":"PutObject","when":"after-effect","do":"drop"})").status,
      201);
  auto const wire = test::signed_request({.method = "PUT", .path = {"artifacts", "k"}, .body = "v"},
                                         clock_.now());
  auto const lost =
      client.send({"PUT", "http://localhost:4566" + wire.path, wire.headers, "v", {}}, {}, {});
  ASSERT_FALSE(lost);
  EXPECT_TRUE(lost.error().may_have_arrived);
  EXPECT_EQ(get("k").body, "v");
  EXPECT_EQ(calls().items().at(1)["status"].as_int(), 0);
}

TEST_F(EndpointTest, TellsTheLengthOfWhatHeadLeavesOut) {
  make_bucket();
  ASSERT_EQ(put("k", "12345").status, 200);
  auto const wire =
      test::signed_request({.method = "HEAD", .path = {"artifacts", "k"}}, clock_.now());
  DirectClient client(*endpoint_);
  auto const head =
      client.send({"HEAD", "http://localhost:4566" + wire.path, wire.headers, {}, {}}, {}, {});
  ASSERT_TRUE(head);
  EXPECT_TRUE(head->body.empty());
  EXPECT_EQ(head->headers.get("Content-Length"), "5");
}

TEST_F(EndpointTest, DelaysOnTheGivenClock) {
  ASSERT_EQ(admin("POST", "faults", R"({"call":"ListBuckets","do":"delay","delay":"3s"})").status,
            201);
  EXPECT_EQ(send({}).status, 200);
  EXPECT_EQ(clock_.slept, 3s);
}

TEST_F(EndpointTest, LogsEveryRequest) {
  send({.headers = {{"User-Agent", "test/1"}}});
  auto const record = calls().items().at(0);
  EXPECT_EQ(record["service"].as_string(), "s3");
  EXPECT_EQ(record["operation"].as_string(), "ListBuckets");
  EXPECT_EQ(record["account"].as_string(), "000000000000");
  EXPECT_EQ(record["user_agent"].as_string(), "test/1");
  EXPECT_FALSE(record["request_id"].as_string().empty());
}

TEST_F(EndpointTest, WantsItsOwnFieldOnAdminRequests) {
  net::Incoming const request{"POST", "/_sluice/reset", "", {{"Host", "localhost"}}, ""};
  EXPECT_EQ(endpoint_->handle(request).status, 403);
}

TEST_F(EndpointTest, ChangesSettingsAllOrNone) {
  EXPECT_EQ(admin("PUT", "settings", R"({"metric_lag":"30s","throttle_rate":-1})").status, 400);
  EXPECT_EQ((*json::parse(admin("GET", "settings").body))["metric_lag"].as_string(), "0s");
  EXPECT_EQ(admin("PUT", "settings", R"({"metric_lag":"30s","throttle_rate":2})").status, 200);
  EXPECT_EQ((*json::parse(admin("GET", "settings").body))["metric_lag"].as_string(), "30s");
}

TEST_F(EndpointTest, ForgetsEverythingOnReset) {
  make_bucket();
  make_function();
  EXPECT_EQ(admin("POST", "reset").status, 200);
  EXPECT_EQ(get("k").status, 404);
  EXPECT_EQ(lambda("GET", {"functions", "orders"}).status, 404);
}

TEST_F(EndpointTest, GivesRolesOutAndVerifiesThem) {
  auto const answer =
      send({.method = "POST",
            .body = "Action=AssumeRole&Version=2011-06-15&RoleSessionName=ci&RoleArn="
                    "arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Fdeploy",
            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
            .service = "sts"});
  ASSERT_EQ(answer.status, 200) << answer.body;
  test::Sending who{.method = "POST",
                    .body = "Action=GetCallerIdentity&Version=2011-06-15",
                    .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                    .service = "sts",
                    .key = xml_text(answer.body, "AccessKeyId"),
                    .token = xml_text(answer.body, "SessionToken"),
                    .secret = xml_text(answer.body, "SecretAccessKey")};
  EXPECT_EQ(xml_text(send(who).body, "Account"), "222222222222");
  who.secret = "guessed";
  EXPECT_EQ(send(who).status, 403);
}

}  // namespace
}  // namespace sluice::local
