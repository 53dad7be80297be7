#include "lambda_fixture.hpp"

namespace sluice::local {
namespace {

constexpr char parameter[] = "InvalidParameterValueException";
constexpr char missing[] = "ResourceNotFoundException";

json::Value named(std::string_view qualifier = {}) {
  json::Value request{{"FunctionName", "orders"}};
  if (!qualifier.empty()) request.set("Qualifier", qualifier);
  return request;
}

class Records : public testing::Test {
 protected:
  Records() {
    world.create_two_versions("orders");
    world.ok("CreateAlias",
             {{"FunctionName", "orders"}, {"Name", "live"}, {"FunctionVersion", "1"}});
  }
  json::Value tags(std::string_view member, json::Value value) {
    return {{"Resource", arn}, {std::string(member), std::move(value)}};
  }
  json::Value permission(std::string_view sid, std::string_view qualifier) {
    auto request = named(qualifier);
    request.set("StatementId", sid);
    request.set("Action", "lambda:InvokeFunction");
    request.set("Principal", "apigateway.amazonaws.com");
    request.set("SourceArn", "arn:aws:execute-api:x");
    return request;
  }
  std::string const arn = std::string(arn_start) + "orders";
  LambdaWorld world;
};

TEST_F(Records, TagsAreMergedAndTakenAway) {
  world.ok("TagResource", tags("Tags", R"({"a":"1","b":"2"})"_json));
  world.ok("TagResource", tags("Tags", R"({"b":"3"})"_json));
  world.ok("UntagResource", tags("TagKeys", json::array({"a", "unknown"})));
  EXPECT_EQ(world.ok("ListTags", json::Value{{"Resource", arn}})["Tags"].dump(), R"({"b":"3"})");
}

TEST_F(Records, TagsBelongToFunctionsOnly) {
  for (auto const* qualifier : {":live", ":1"})
    expect_fault(world.fault("ListTags", json::Value{{"Resource", arn + qualifier}}),
                 {400, parameter,
                  "Tags on function aliases and versions are not supported. Please specify a "
                  "function ARN."});
  expect_fault(world.fault("ListTags", json::Value{{"Resource", "orders"}}),
               {400, "ValidationException", "1 validation error detected: Value 'orders' at"});
  expect_fault(world.fault("ListTags", json::Value{{"Resource", arn + "x"}}),
               {404, missing, "Function not found: "});
}

TEST_F(Records, FiftyTagsAreTheMostAlsoWhenAddedLater) {
  json::Value many{json::Object{}};
  for (int i = 0; i < 50; ++i) many.set("k" + std::to_string(i), "x");
  world.ok("TagResource", tags("Tags", many));
  world.ok("TagResource", tags("Tags", R"({"k1":"changed"})"_json));
  expect_fault(world.fault("TagResource", tags("Tags", R"({"more":"x"})"_json)),
               {400, parameter, "Number of tags exceeds resource tag limit."});
}

TEST_F(Records, ConcurrencyIsReservedWithinTheAccount) {
  EXPECT_EQ(world.ok("GetFunctionConcurrency", named()).dump(), "{}");
  auto reserve = [&](int number) {
    auto request = named();
    request.set("ReservedConcurrentExecutions", number);
    return request;
  };
  EXPECT_EQ(world.ok("PutFunctionConcurrency", reserve(900)).dump(),
            R"({"ReservedConcurrentExecutions":900})");
  expect_fault(world.fault("PutFunctionConcurrency", reserve(901)),
               {400, parameter, "Specified ReservedConcurrentExecutions for function decreases"});
  expect_fault(world.fault("PutFunctionConcurrency", reserve(-1)),
               {400, "ValidationException", "1 validation error detected: Value '-1' at"});
  auto settings = world.ok("GetAccountSettings", json::Value(json::Object{}));
  EXPECT_EQ(settings.dump(),
            R"({"AccountLimit":{"TotalCodeSize":80530636800,"CodeSizeUnzipped":262144000,)"
            R"("CodeSizeZipped":52428800,"ConcurrentExecutions":1000,)"
            R"("UnreservedConcurrentExecutions":100},)"
            R"("AccountUsage":{"TotalCodeSize":9,"FunctionCount":1}})");
  world.ok("DeleteFunctionConcurrency", named());
  EXPECT_EQ(world.ok("GetFunctionConcurrency", named()).dump(), "{}");
}

/// Two seconds are what a move of provisioned concurrency takes unless a test says otherwise.
TEST_F(Records, ProvisionedConcurrencyIsReadyAfterAWhile) {
  auto put = named("live");
  put.set("ProvisionedConcurrentExecutions", 5);
  auto answer = world.ok("PutProvisionedConcurrencyConfig", put);
  EXPECT_EQ(answer["Status"].as_string(), "IN_PROGRESS");
  EXPECT_EQ(answer["AllocatedProvisionedConcurrentExecutions"].as_int(), 0);
  world.wait(std::chrono::seconds(2));
  auto ready = world.ok("GetProvisionedConcurrencyConfig", named("live"));
  EXPECT_EQ(ready["Status"].as_string(), "READY");
  EXPECT_EQ(ready["AvailableProvisionedConcurrentExecutions"].as_int(), 5);
  world.ok("DeleteProvisionedConcurrencyConfig", named("live"));
  expect_fault(world.fault("GetProvisionedConcurrencyConfig", named("live")),
               {404, "ProvisionedConcurrencyConfigNotFoundException", "No Prov"});
}

TEST_F(Records, AMovedAliasShowsWeightsUntilItsCapacityFollows) {
  auto put = named("live");
  put.set("ProvisionedConcurrentExecutions", 5);
  world.ok("PutProvisionedConcurrencyConfig", put);
  world.wait(std::chrono::seconds(2));
  json::Value alias{{"FunctionName", "orders"}, {"Name", "live"}};
  json::Value update = alias;
  update.set("FunctionVersion", "2");
  update.set("RoutingConfig", R"({"AdditionalVersionWeights":{}})"_json);
  auto written = world.ok("UpdateAlias", update);
  EXPECT_EQ(written["FunctionVersion"].as_string(), "2");
  auto moving = world.ok("GetAlias", alias);
  EXPECT_EQ(moving["RoutingConfig"].dump(), R"({"AdditionalVersionWeights":{"1":1.0}})");
  EXPECT_EQ(world.service.route("orders", "live", world.now, world.random)->version, "1");
  auto restored = world.service.to_json();
  ASSERT_TRUE(world.service.restore(restored));
  EXPECT_EQ(world.ok("GetAlias", alias).dump(), moving.dump());
  world.wait(std::chrono::seconds(2));
  auto settled = world.ok("GetAlias", alias);
  EXPECT_TRUE(settled["RoutingConfig"].is_null());
  EXPECT_NE(settled["RevisionId"].as_string(), written["RevisionId"].as_string());
  EXPECT_EQ(world.service.route("orders", "live", world.now, world.random)->version, "2");
}

TEST_F(Records, ProvisionedConcurrencyRefusesByTheRules) {
  auto put = [&](std::string_view qualifier, int count) {
    auto request = named(qualifier);
    request.set("ProvisionedConcurrentExecutions", count);
    return world.fault("PutProvisionedConcurrencyConfig", request);
  };
  expect_fault(put("live", 0), {400, "ValidationException", "1 validation error detected"});
  expect_fault(put("", 1), {400, parameter, "The function resource provided must be an alias or"});
  expect_fault(put("$LATEST", 1), {400, parameter, "Provisioned Concurrency Configs cannot be"});
  world.ok("UpdateAlias", {{"FunctionName", "orders"},
                           {"Name", "live"},
                           {"RoutingConfig", R"({"AdditionalVersionWeights":{"2":0.1}})"_json}});
  expect_fault(put("live", 1), {400, parameter, "Alias with weights can not be used with"});
}

TEST_F(Records, CapacityThatCannotBeHadEndsFailed) {
  world.service.fail_next("orders:live", "InternalError", "no capacity left");
  auto put = named("live");
  put.set("ProvisionedConcurrentExecutions", 5);
  world.ok("PutProvisionedConcurrencyConfig", put);
  world.wait(std::chrono::seconds(2));
  auto failed = world.ok("GetProvisionedConcurrencyConfig", named("live"));
  EXPECT_EQ(failed["Status"].as_string(), "FAILED");
  EXPECT_EQ(failed["StatusReason"].as_string(), "no capacity left");
}

TEST_F(Records, WithoutProvisionedConcurrencyThereIsNoneToRead) {
  auto ask = [&](std::string_view qualifier) {
    return world.fault("GetProvisionedConcurrencyConfig", named(qualifier));
  };
  for (auto const* qualifier : {"live", "1"})
    expect_fault(ask(qualifier), {404, "ProvisionedConcurrencyConfigNotFoundException", "No Prov"});
  EXPECT_FALSE(ask("live").capital_message);
  expect_fault(ask(""), {400, parameter, "The function resource provided must be an alias or a"});
  expect_fault(ask("$LATEST"), {400, parameter, "Provisioned Concurrency Configs cannot be"});
  expect_fault(ask("nowhere"), {404, missing, "Cannot find alias arn: " + arn + ":nowhere"});
  expect_fault(ask("9"), {404, missing, "Function not found: " + arn + ":9"});
}

TEST_F(Records, PoliciesAreKeptPerQualifier) {
  world.ok("AddPermission", permission("gateway", "live"));
  expect_fault(world.fault("GetPolicy", named()),
               {404, missing, "No policy is associated with the given resource."});
  auto policy = json::parse(world.ok("GetPolicy", named("live"))["Policy"].as_string());
  ASSERT_TRUE(policy);
  EXPECT_EQ((*policy)["Statement"].dump(),
            R"([{"Sid":"gateway","Effect":"Allow","Principal":{"Service":)"
            R"("apigateway.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":")" +
                arn +
                R"(:live","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:x"}}}])");
}

TEST_F(Records, PoliciesRefuseByTheRules) {
  world.ok("AddPermission", permission("gateway", "live"));
  expect_fault(
      world.fault("AddPermission", permission("gateway", "live")),
      {409, "ResourceConflictException", "The statement id (gateway) provided already exists. "});
  expect_fault(world.fault("AddPermission", permission("gateway", "$LATEST")),
               {400, parameter, "We currently do not support adding policies for $LATEST."});
  expect_fault(world.fault("AddPermission", permission("gateway", "nowhere")),
               {404, missing, "Cannot find alias arn: " + arn + ":nowhere"});
  expect_fault(world.fault("RemovePermission", permission("gateway", "")),
               {404, missing, "No policy found for: " + arn});
  expect_fault(world.fault("RemovePermission", permission("other", "live")),
               {404, missing, "Statement other is not found in resource policy."});
  world.ok("RemovePermission", permission("gateway", "live"));
  expect_fault(world.fault("GetPolicy", named("live")), {404, missing, "No policy is associated"});
}

TEST_F(Records, APolicyHoldsTwentyKilobytes) {
  int statements = 0;
  while (statements < 200) {
    auto answer = world.call("AddPermission", permission("s" + std::to_string(statements), ""));
    if (!answer) {
      expect_fault(answer.error(), {400, "PolicyLengthExceededException", "The final policy size"});
      break;
    }
    ++statements;
  }
  auto policy = world.ok("GetPolicy", named())["Policy"].as_string();
  EXPECT_LE(policy.size(), 20'480u);
  EXPECT_GT(policy.size(), 20'000u);
}

TEST_F(Records, UrlsBelongToTheFunctionOrAnAlias) {
  auto request = named("live");
  request.set("AuthType", "AWS_IAM");
  auto created = world.ok("CreateFunctionUrlConfig", request);
  EXPECT_EQ(created["FunctionArn"].as_string(), arn + ":live");
  EXPECT_EQ(world.ok("GetFunctionUrlConfig", named("live"))["FunctionUrl"], created["FunctionUrl"]);
  expect_fault(world.fault("CreateFunctionUrlConfig", request),
               {409, "ResourceConflictException",
                "Failed to create function url config for [functionArn = " + arn +
                    ":live]. Error message:  FunctionUrlConfig exists for this Lambda function"});
  expect_fault(world.fault("GetFunctionUrlConfig", named()),
               {404, missing, "The resource you requested does not exist."});
  request.set("Qualifier", "1");
  expect_fault(world.fault("CreateFunctionUrlConfig", request),
               {400, "ValidationException", "1 validation error detected: Value '1' at"});
  request.set("Qualifier", "nowhere");
  expect_fault(world.fault("CreateFunctionUrlConfig", request),
               {404, missing, "Function does not exist"});
}

TEST_F(Records, EventSourceMappingsOutliveTheirFunction) {
  auto request = named();
  request.set("EventSourceArn", "arn:aws:sqs:eu-west-1:000000000000:jobs");
  auto created = world.ok("CreateEventSourceMapping", request);
  EXPECT_EQ(created["State"].as_string(), "Creating");
  EXPECT_EQ(created["FunctionArn"].as_string(), arn);
  world.wait();
  world.ok("DeleteFunction", named());
  auto list = world.ok("ListEventSourceMappings", named())["EventSourceMappings"];
  ASSERT_EQ(list.items().size(), 1u);
  EXPECT_EQ(list.items()[0]["UUID"], created["UUID"]);
  EXPECT_EQ(list.items()[0]["State"].as_string(), "Enabled");
  EXPECT_TRUE(
      world.ok("ListEventSourceMappings", named("live"))["EventSourceMappings"].items().empty());
}

}  // namespace
}  // namespace sluice::local
