#include "lambda_fixture.hpp"

namespace sluice::local {
namespace {

json::Value named() { return json::Value{{"FunctionName", "orders"}}; }

json::Value with(std::string_view member, json::Value value) {
  auto request = named();
  request.set(member, std::move(value));
  return request;
}

std::string number(json::Value const& record) { return record["Version"].as_string(); }

TEST(PublishVersion, AnswersAnActiveVersionWithAQualifiedArn) {
  LambdaWorld world;
  world.create("orders");
  auto version = world.ok("PublishVersion", named());
  EXPECT_EQ(number(version), "1");
  EXPECT_EQ(version["FunctionArn"].as_string(), std::string(arn_start) + "orders:1");
  EXPECT_EQ(version["State"].as_string(), "Active");
  EXPECT_EQ(version["LastUpdateStatus"].as_string(), "Successful");
}

TEST(PublishVersion, IsIdempotentUntilTheNextUpdate) {
  LambdaWorld world;
  world.create("orders");
  auto first = world.ok("PublishVersion", with("Description", "a"));
  EXPECT_EQ(world.ok("PublishVersion", with("Description", "b")), first);
  world.ok("UpdateFunctionConfiguration", named());
  world.wait();
  auto second = world.ok("PublishVersion", with("Description", "b"));
  EXPECT_EQ(number(second), "2");
  EXPECT_EQ(second["Description"].as_string(), "b");
}

TEST(PublishVersion, AnIdenticalUpdateNeedNotRearmIt) {
  auto settings = unthrottled();
  settings.identical_update_rearms_publish = false;
  LambdaWorld world(settings);
  world.create("orders", "one");
  EXPECT_EQ(number(world.ok("PublishVersion", named())), "1");
  EXPECT_EQ(world.release("orders", "one"), "1");
  EXPECT_EQ(world.release("orders", "two"), "2");
}

TEST(PublishVersion, AfterPublishTrueAnswersThatVersion) {
  LambdaWorld world;
  auto request = LambdaWorld::create_request("orders");
  request.set("Publish", true);
  world.ok("CreateFunction", request);
  world.wait();
  EXPECT_EQ(number(world.ok("PublishVersion", named())), "1");
  request = with("ZipFile", base64("one"));
  request.set("Publish", true);
  EXPECT_EQ(number(world.ok("UpdateFunctionCode", request)), "2");
  world.wait();
  EXPECT_EQ(number(world.ok("PublishVersion", named())), "2");
}

TEST(PublishVersion, InheritsTheFunctionsDescription) {
  LambdaWorld world;
  auto request = LambdaWorld::create_request("orders");
  request.set("Description", "release 7");
  world.ok("CreateFunction", request);
  world.wait();
  EXPECT_EQ(world.ok("PublishVersion", named())["Description"].as_string(), "release 7");
}

TEST(PublishVersion, IsGuardedByTheCodesHash) {
  LambdaWorld world;
  world.create("orders");
  auto sha = world.configuration("orders")["CodeSha256"].as_string();
  expect_fault(world.fault("PublishVersion", with("CodeSha256", "other")),
               {400, "InvalidParameterValueException",
                "CodeSHA256 (other) is different from current CodeSHA256 in $LATEST (" + sha +
                    "). Please try again with the CodeSHA256 in $LATEST."});
  EXPECT_EQ(number(world.ok("PublishVersion", with("CodeSha256", sha))), "1");
}

TEST(PublishVersion, WithSnapStartIsPendingFirst) {
  LambdaWorld world;
  auto request = LambdaWorld::create_request("orders");
  request.set("SnapStart", R"({"ApplyOn":"PublishedVersions"})"_json);
  world.ok("CreateFunction", request);
  world.wait();
  auto version = world.ok("PublishVersion", named());
  EXPECT_EQ(version["State"].as_string(), "Pending");
  EXPECT_EQ(version["SnapStart"]["OptimizationStatus"].as_string(), "On");
  EXPECT_EQ(world.configuration("orders")["SnapStart"]["OptimizationStatus"].as_string(), "Off");
  world.wait();
  EXPECT_EQ(world.configuration("orders", "1")["State"].as_string(), "Active");

  world.ok("UpdateFunctionConfiguration", named());
  world.wait();
  world.service.fail_next("orders", "FunctionError.InitTimeout", "The snapshot was not made.");
  world.ok("PublishVersion", named());
  world.wait();
  EXPECT_EQ(world.configuration("orders", "2")["StateReasonCode"].as_string(),
            "FunctionError.InitTimeout");
  EXPECT_EQ(world.configuration("orders")["State"].as_string(), "Active");
}

TEST(Versions, FreezeCodeAndConfiguration) {
  LambdaWorld world;
  world.create("orders", "one");
  world.ok("PublishVersion", named());
  auto frozen = world.configuration("orders", "1");
  world.ok("UpdateFunctionConfiguration", with("Timeout", 99));
  world.wait();
  world.release("orders", "two");
  EXPECT_EQ(world.configuration("orders", "1"), frozen);
}

TEST(Versions, NumbersAreNeverUsedAgain) {
  LambdaWorld world;
  world.create_two_versions("orders");
  world.ok("DeleteFunction", with("Qualifier", "2"));
  // What was published as 2 is gone, so publishing makes a version again, under the next number.
  EXPECT_EQ(number(world.ok("PublishVersion", named())), "3");
  world.ok("DeleteFunction", named());
  world.create("orders");
  EXPECT_EQ(number(world.ok("PublishVersion", named())), "4");
}

TEST(Versions, AreDeletedByTheRules) {
  LambdaWorld world;
  world.create_two_versions("orders");
  for (auto const* alias : {"b", "a"})
    world.ok("CreateAlias", {{"FunctionName", "orders"},
                             {"Name", alias},
                             {"FunctionVersion", "1"},
                             {"RoutingConfig", R"({"AdditionalVersionWeights":{"2":0.5}})"_json}});
  for (auto const* version : {"1", "2"})
    expect_fault(world.fault("DeleteFunction", with("Qualifier", version)),
                 {409, "ResourceConflictException",
                  "Unable to delete version because the following aliases reference it: [a, b]"});
  expect_fault(world.fault("DeleteFunction", with("Qualifier", "$LATEST")),
               {400, "InvalidParameterValueException",
                "$LATEST version cannot be deleted without deleting the function."});
  expect_fault(world.fault("DeleteFunction", with("Qualifier", "9")),
               {404, "ResourceNotFoundException", "Function not found: "});
  for (auto const* alias : {"a", "b"})
    world.ok("DeleteAlias", {{"FunctionName", "orders"}, {"Name", alias}});
  world.ok("DeleteFunction", with("Qualifier", "1"));
  expect_fault(world.fault("GetFunction", with("Qualifier", "1")),
               {404, "ResourceNotFoundException", ""});
}

TEST(ListVersions, BeginsWithLatestAndNeverAnswersOverFifty) {
  LambdaWorld world;
  world.create("orders", "0");
  for (int i = 1; i <= 60; ++i) world.release("orders", std::to_string(i));
  auto first = world.ok("ListVersionsByFunction", with("MaxItems", 10'000));
  auto const& versions = first["Versions"].items();
  ASSERT_EQ(versions.size(), 50u);
  EXPECT_EQ(versions[0]["FunctionArn"].as_string(), std::string(arn_start) + "orders:$LATEST");
  EXPECT_EQ(number(versions[1]), "1");
  EXPECT_EQ(number(versions[49]), "49");
  auto second = world.ok("ListVersionsByFunction", with("Marker", first["NextMarker"]));
  ASSERT_EQ(second["Versions"].items().size(), 11u);
  EXPECT_EQ(number(second["Versions"].items()[10]), "60");
  EXPECT_FALSE(second.contains("NextMarker"));
}

}  // namespace
}  // namespace sluice::local
