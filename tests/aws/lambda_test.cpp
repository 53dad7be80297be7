#include "aws/lambda.hpp"

#include <gtest/gtest.h>

#include "aws/body.hpp"
#include "aws/fakes.hpp"
#include "base/hash.hpp"

namespace sluice::aws {
namespace {

using std::chrono::seconds;

constexpr char const* arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders";

struct LambdaWorld : fake::World {
  Caller the_caller = caller();
  Lambda lambda{the_caller, "eu-west-1"};

  /// "METHOD path?query body" of the last request.
  std::string last() {
    net::Request const& sent = client.requests.back();
    std::string start = "https://lambda.eu-west-1.amazonaws.com";
    EXPECT_TRUE(sent.url.starts_with(start));
    return sent.method + " " + sent.url.substr(start.size()) + " " + client.bodies.back();
  }
};

TEST(Lambda, RequestShapes) {
  LambdaWorld world;
  Lambda& lambda = world.lambda;
  struct Case {
    std::function<void()> call;
    std::string expected;
  };
  std::string const f = "/2015-03-31/functions/orders";
  std::string const escaped = "arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aorders";
  Case cases[] = {
      {[&] { (void)lambda.get_function("orders", "live"); }, "GET " + f + "?Qualifier=live "},
      {[&] { (void)lambda.get_function(arn); }, "GET /2015-03-31/functions/" + escaped + " "},
      {[&] { (void)lambda.create_function(json::Value{{"FunctionName", "orders"}}); },
       "POST /2015-03-31/functions {\"FunctionName\":\"orders\"}"},
      {[&] { (void)lambda.update_function_code("orders", json::Value{{"ImageUri", "i"}}); },
       "PUT " + f + "/code {\"ImageUri\":\"i\"}"},
      {[&] { (void)lambda.update_function_configuration("orders", json::Value{{"Timeout", 9}}); },
       "PUT " + f + "/configuration {\"Timeout\":9}"},
      {[&] { (void)lambda.publish_version("orders", json::Value{{"CodeSha256", "x"}}); },
       "POST " + f + "/versions {\"CodeSha256\":\"x\"}"},
      {[&] { (void)lambda.publish_version("orders", {}); }, "POST " + f + "/versions {}"},
      {[&] { (void)lambda.delete_function("orders", "3"); }, "DELETE " + f + "?Qualifier=3 "},
      {[&] { (void)lambda.list_functions(); }, "GET /2015-03-31/functions/ "},
      {[&] { (void)lambda.get_alias("orders", "live"); }, "GET " + f + "/aliases/live "},
      {[&] { (void)lambda.create_alias("orders", "live", "1", "of us"); },
       "POST " + f +
           "/aliases {\"Name\":\"live\",\"FunctionVersion\":\"1\",\"Description\":\"of us\"}"},
      {[&] { (void)lambda.update_alias("orders", "live", {"1", {{"2", 0.1}}, "rev"}); },
       "PUT " + f +
           "/aliases/live {\"FunctionVersion\":\"1\",\"RoutingConfig\":"
           "{\"AdditionalVersionWeights\":{\"2\":0.1}},\"RevisionId\":\"rev\"}"},
      {[&] { (void)lambda.update_alias("orders", "live", {"2", {}, ""}); },
       "PUT " + f +
           "/aliases/live {\"FunctionVersion\":\"2\",\"RoutingConfig\":"
           "{\"AdditionalVersionWeights\":{}}}"},
      {[&] { (void)lambda.describe_alias("orders", "live", "d", "rev"); },
       "PUT " + f + "/aliases/live {\"Description\":\"d\",\"RevisionId\":\"rev\"}"},
      {[&] { (void)lambda.delete_alias("orders", "live"); }, "DELETE " + f + "/aliases/live "},
      {[&] { (void)lambda.list_tags(arn); }, "GET /2017-03-31/tags/" + escaped + " "},
      {[&] { (void)lambda.tag(arn, {{"a", "b"}}); },
       "POST /2017-03-31/tags/" + escaped + " {\"Tags\":{\"a\":\"b\"}}"},
      {[&] { (void)lambda.untag(arn, {"b", "a"}); },
       "DELETE /2017-03-31/tags/" + escaped + "?tagKeys=a&tagKeys=b "},
      {[&] { (void)lambda.put_concurrency("orders", 5); },
       "PUT /2017-10-31/functions/orders/concurrency {\"ReservedConcurrentExecutions\":5}"},
      {[&] { (void)lambda.delete_concurrency("orders"); },
       "DELETE /2017-10-31/functions/orders/concurrency "},
      {[&] { (void)lambda.get_url_config("orders", "live"); },
       "GET /2021-10-31/functions/orders/url?Qualifier=live "},
      {[&] { (void)lambda.get_provisioned_concurrency("orders", "live"); },
       "GET /2019-09-30/functions/orders/provisioned-concurrency?Qualifier=live "},
      {[&] { (void)lambda.list_event_source_mappings(arn); },
       "GET /2015-03-31/event-source-mappings/?FunctionName=" + escaped + " "},
      {[&] { (void)lambda.get_policy("orders", "live"); }, "GET " + f + "/policy?Qualifier=live "},
  };
  for (Case const& each : cases) {
    world.client.answer(200, "{}");
    each.call();
    EXPECT_EQ(world.last(), each.expected);
  }
}

TEST(Lambda, ReadsAFunction) {
  LambdaWorld world;
  world.client.answer(200, R"({"Configuration":{"FunctionArn":"a","Version":"7","RevisionId":"r",
    "CodeSha256":"h","State":"Active","LastUpdateStatus":"Successful","Role":"role"},
    "Code":{"RepositoryType":"S3","Location":"https://x"},"Tags":{"team":"pay"},
    "Concurrency":{"ReservedConcurrentExecutions":3}})");
  auto details = world.lambda.get_function("orders");
  ASSERT_TRUE(details);
  EXPECT_EQ(details->record.version(), "7");
  EXPECT_EQ(details->record.code_sha256(), "h");
  EXPECT_EQ(details->code["Location"].as_string(), "https://x");
  EXPECT_EQ(details->tags.at("team"), "pay");
  EXPECT_EQ(details->reserved_concurrency, 3);
}

TEST(Lambda, WhenAFunctionIsSettledOrFailed) {
  struct Case {
    std::string state, update;
    bool settled;
    std::optional<std::string> failure;
  };
  Case cases[] = {{"Active", "Successful", true, {}},
                  {"Active", "InProgress", false, {}},
                  {"Active", "", true, {}},
                  {"Pending", "", false, {}},
                  {"Inactive", "Successful", false, {}},
                  {"Active", "Failed", true, "no rights (InsufficientRolePermissions)"},
                  {"Failed", "", false, "image is gone (ImageDeleted)"}};
  for (Case const& each : cases) {
    json::Value configuration{{"State", each.state},
                              {"StateReason", "image is gone"},
                              {"StateReasonCode", "ImageDeleted"},
                              {"LastUpdateStatusReason", "no rights"},
                              {"LastUpdateStatusReasonCode", "InsufficientRolePermissions"}};
    if (!each.update.empty()) configuration.set("LastUpdateStatus", each.update);
    FunctionRecord record{configuration};
    EXPECT_EQ(record.settled(), each.settled) << each.state << each.update;
    EXPECT_EQ(record.failure(), each.failure) << each.state << each.update;
  }
}

TEST(Lambda, ReadsAnAliasWithAndWithoutWeights) {
  LambdaWorld world;
  world.client.answer(200, R"({"AliasArn":"a","Name":"live","FunctionVersion":"1","Description":"d",
    "RevisionId":"r","RoutingConfig":{"AdditionalVersionWeights":{"2":0.25}}})");
  auto alias = world.lambda.get_alias("orders", "live");
  ASSERT_TRUE(alias);
  EXPECT_EQ(alias->function_version, "1");
  EXPECT_EQ(alias->weights, (std::map<std::string, double>{{"2", 0.25}}));
  world.client.answer(200, R"({"Name":"live","FunctionVersion":"2","RoutingConfig":null})");
  alias = world.lambda.get_alias("orders", "live");
  ASSERT_TRUE(alias);
  EXPECT_TRUE(alias->weights.empty());
}

TEST(Lambda, FollowsEveryPage) {
  LambdaWorld world;
  world.client.answer(200, R"({"Versions":[{"Version":"$LATEST"}],"NextMarker":"m 1"})");
  world.client.answer(200, R"({"Versions":[{"Version":"1"}],"NextMarker":null})");
  auto versions = world.lambda.list_versions("orders");
  ASSERT_TRUE(versions);
  ASSERT_EQ(versions->size(), 2u);
  EXPECT_EQ(versions->at(1).version(), "1");
  EXPECT_TRUE(world.client.requests.at(1).url.ends_with("/versions?Marker=m%201"));
}

TEST(Lambda, AListThatNeverEndsIsAnError) {
  LambdaWorld world;
  for (int i = 0; i < 1000; ++i) world.client.answer(200, R"({"Aliases":[],"NextMarker":"m"})");
  auto aliases = world.lambda.list_aliases("orders");
  ASSERT_FALSE(aliases);
  EXPECT_EQ(aliases.error().message, "the answer cannot be understood: the list does not end");
}

TEST(Lambda, InvokeShowsWhatRan) {
  LambdaWorld world;
  world.client.answer(200, "{\"errorType\":\"X\"}",
                      {{"X-Amz-Executed-Version", "7"},
                       {"X-Amz-Function-Error", "Unhandled"},
                       {"X-Amz-Log-Result", base64("START\nEND\n")},
                       {"x-amzn-RequestId", "r-1"}});
  auto ran = world.lambda.invoke("orders", "live", "{\"a\":1}", "RequestResponse", seconds(910));
  ASSERT_TRUE(ran);
  EXPECT_EQ(world.last(), "POST /2015-03-31/functions/orders/invocations?Qualifier=live {\"a\":1}");
  EXPECT_EQ(world.client.requests.back().headers.get("x-amz-log-type"), "Tail");
  EXPECT_EQ(world.client.options.back().total_timeout, seconds(910));
  EXPECT_EQ(ran->executed_version, "7");
  EXPECT_EQ(ran->function_error, "Unhandled");
  EXPECT_EQ(ran->log_tail, "START\nEND\n");
  EXPECT_EQ(ran->request_id, "r-1");
  EXPECT_EQ(ran->payload, "{\"errorType\":\"X\"}");
}

TEST(Lambda, AnInvocationThatTimedOutIsNotRepeated) {
  LambdaWorld world;
  world.client.break_off(true, ErrorCode::timeout);
  auto ran = world.lambda.invoke("orders", "live", "{}", "RequestResponse", seconds(1));
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().trouble, Trouble::maybe_done);
  EXPECT_EQ(world.client.requests.size(), 1u);
}

TEST(Lambda, NoneIsNotAnErrorButAMissingFunctionIs) {
  LambdaWorld world;
  auto missing = [&](std::string message) {
    world.client.answer(404, fake::lambda_error("ResourceNotFoundException", message));
  };
  missing("No policy is associated with the given resource.");
  auto policy = world.lambda.get_policy("orders");
  ASSERT_TRUE(policy);
  EXPECT_FALSE(policy->has_value());
  missing("Function not found: arn");
  EXPECT_FALSE(world.lambda.get_policy("orders"));
  missing("The resource you requested does not exist.");
  auto url = world.lambda.get_url_config("orders");
  ASSERT_TRUE(url);
  EXPECT_FALSE(url->has_value());
  missing("Function does not exist");
  EXPECT_FALSE(world.lambda.get_url_config("orders"));
  world.client.answer(404, fake::lambda_error("ProvisionedConcurrencyConfigNotFoundException",
                                              "No Provisioned Concurrency Config found"));
  auto provisioned = world.lambda.get_provisioned_concurrency("orders", "live");
  ASSERT_TRUE(provisioned);
  EXPECT_FALSE(provisioned->has_value());
  world.client.answer(200, R"({"Policy":"{\"Version\":\"2012-10-17\"}"})");
  policy = world.lambda.get_policy("orders");
  ASSERT_TRUE(policy && *policy);
  EXPECT_EQ((**policy)["Version"].as_string(), "2012-10-17");
}

TEST(Lambda, AWriteWhoseAnswerCannotBeReadIsMaybeDone) {
  LambdaWorld world;
  world.client.answer(200, "<html>");
  auto alias = world.lambda.update_alias("orders", "live", {"1", {}, ""});
  ASSERT_FALSE(alias);
  EXPECT_EQ(alias.error().trouble, Trouble::maybe_done);
}

TEST(Lambda, ArchivesAreEncodedWhileTheyAreSent) {
  std::string zip;
  for (int i = 0; i < 20'000; ++i) zip += static_cast<char>(i * 7);
  LambdaWorld world;
  world.client.answer(200, "{}");
  json::Value update{{"Publish", true}, {"RevisionId", "r"}};
  ASSERT_TRUE(world.lambda.update_function_code("orders", update, text_body(zip)));
  auto sent = json::parse(world.client.bodies.back());
  ASSERT_TRUE(sent) << sent.error().text();
  EXPECT_EQ((*sent)["ZipFile"].as_string(), base64(zip));
  EXPECT_TRUE((*sent)["Publish"].as_bool());
  EXPECT_TRUE(world.client.requests.back().body.empty());
  EXPECT_EQ(world.client.requests.back().stream->size(), world.client.bodies.back().size());

  world.client.answer(201, "{}");
  json::Value create{{"FunctionName", "orders"}, {"Handler", "i.h"}};
  ASSERT_TRUE(world.lambda.create_function(create, text_body(zip)));
  sent = json::parse(world.client.bodies.back());
  ASSERT_TRUE(sent);
  EXPECT_EQ((*sent)["Code"]["ZipFile"].as_string(), base64(zip));
  EXPECT_EQ((*sent)["FunctionName"].as_string(), "orders");

  world.client.answer(200, "{}");
  ASSERT_TRUE(
      world.lambda.update_function_code("orders", json::Value(json::Object{}), text_body("PK")));
  EXPECT_EQ(world.client.bodies.back(), "{\"ZipFile\":\"UEs=\"}");
}

TEST(Lambda, TheRollbackLaneIsTaken) {
  fake::World world;
  Budget::Rates rates = Budget::unlimited();
  rates.lambda_control = {1, 1};
  Budget budget(world.clock, rates);
  Caller caller({world.client, world.clock, world.random, budget}, fake::test_keys(), {});
  for (int i = 0; i < 3; ++i) world.client.answer(200, "{}");
  Lambda normal(caller, "eu-west-1"), rollback(caller, "eu-west-1", Lane::rollback);
  EXPECT_TRUE(normal.get_alias("orders", "live"));
  EXPECT_TRUE(rollback.get_alias("orders", "live"));
  EXPECT_TRUE(world.clock.slept.empty());
  EXPECT_TRUE(normal.get_alias("orders", "live"));
  EXPECT_EQ(world.clock.slept, std::vector<Duration>{seconds(1)});
}

}  // namespace
}  // namespace sluice::aws
