#include "lambda_fixture.hpp"
#include "local/model/world.hpp"

namespace sluice::local {
namespace {

/// Something of everything the service keeps, partly under way.
void fill(LambdaWorld& world) {
  world.create_two_versions("orders");
  world.service.declare_layer("arn:aws:lambda:eu-west-1:000000000000:layer:t:1", 4);
  world.service.refuse_role("arn:aws:iam::000000000000:role/young", 3);
  world.service.fail_next("stock", "InternalError", "x");
  world.service.fail_next("orders", "InvalidRuntime", "y");
  world.ok("CreateAlias", {{"FunctionName", "orders"},
                           {"Name", "live"},
                           {"FunctionVersion", "1"},
                           {"Description", "d"},
                           {"RoutingConfig", R"({"AdditionalVersionWeights":{"2":0.25}})"_json}});
  world.ok("UpdateAlias", {{"FunctionName", "orders"}, {"Name", "live"}});
  world.ok("TagResource",
           {{"Resource", std::string(arn_start) + "orders"}, {"Tags", R"({"a":"b"})"_json}});
  world.ok("PutFunctionConcurrency",
           {{"FunctionName", "orders"}, {"ReservedConcurrentExecutions", 5}});
  world.ok("AddPermission", {{"FunctionName", "orders:live"},
                             {"StatementId", "s"},
                             {"Action", "lambda:InvokeFunction"},
                             {"Principal", "*"}});
  world.ok("CreateFunctionUrlConfig", {{"FunctionName", "orders"}, {"AuthType", "NONE"}});
  world.ok("CreateEventSourceMapping",
           {{"FunctionName", "orders"}, {"EventSourceArn", "arn:aws:sqs:x"}});
  world.create("gone");
  world.ok("PublishVersion", json::Value{{"FunctionName", "gone"}});
  world.ok("DeleteFunction", json::Value{{"FunctionName", "gone"}});
  world.ok("UpdateFunctionCode", {{"FunctionName", "orders"}, {"ZipFile", base64("three")}});
}

TEST(Snapshot, BringsEverythingBackAndGoesOnAsBefore) {
  auto settings = unthrottled();
  settings.alias_propagation = std::chrono::hours(1);
  LambdaWorld before(settings);
  fill(before);
  auto snapshot = json::parse(before.service.to_json().dump());
  ASSERT_TRUE(snapshot);

  LambdaWorld after(settings);
  ASSERT_TRUE(after.service.restore(*snapshot));
  EXPECT_EQ(after.service.to_json().dump(), before.service.to_json().dump());
  after.now = before.now;
  after.random = before.random;
  for (auto* world : {&before, &after}) {
    world->wait();
    // The programmed failure came over: the update that was under way ends Failed in both.
    EXPECT_EQ(world->configuration("orders")["LastUpdateStatusReasonCode"].as_string(),
              "InvalidRuntime");
    world->create("gone");
    EXPECT_EQ(world->release("gone", "x"), "2");
  }
  EXPECT_EQ(after.service.to_json().dump(), before.service.to_json().dump());
}

TEST(Snapshot, RefusesWhatDoesNotHoldTogetherAndLeavesTheStateAlone) {
  LambdaWorld world;
  fill(world);
  auto good = world.service.to_json();
  auto expect_refused = [&](json::Value const& snapshot, std::string_view why) {
    auto restored = world.service.restore(snapshot);
    ASSERT_FALSE(restored);
    EXPECT_EQ(restored.error().code, ErrorCode::corrupt);
    EXPECT_NE(restored.error().message.find(why), std::string::npos) << restored.error().message;
    EXPECT_EQ(world.service.to_json(), good);
  };
  expect_refused(json::Value(json::Object{}), "a format this program does not know");
  auto foreign = good;
  foreign.set("region", "us-east-1");
  expect_refused(foreign, "belongs to 000000000000 in us-east-1");
  auto hollow = good;
  hollow.mutable_members();
  auto functions = good["functions"];
  functions.mutable_items()[0].set("versions", json::Value(json::Array{}));
  hollow.set("functions", functions);
  expect_refused(hollow, "the alias live of orders names a version that is not there");
}

TEST(World, KeepsAccountsAndRegionsApartAndSurvivesARestart) {
  MemoryCodeStore code(MemoryCodeStore::Check::none);
  MemoryObjects objects;
  AnyImage images;
  SeededRandom random(1);
  Time now = from_millis(1'000'000);
  LambdaPorts ports{code, objects, images};
  World world(ports, unthrottled());
  auto create = LambdaWorld::create_request("orders");
  ASSERT_TRUE(
      world.lambda("000000000000", "eu-west-1").call("CreateFunction", create, now, random));
  ASSERT_TRUE(
      world.lambda("000000000000", "us-east-1").call("CreateFunction", create, now, random));
  json::Value name{{"FunctionName", "orders"}};
  EXPECT_FALSE(world.lambda("111111111111", "eu-west-1").call("GetFunction", name, now, random));

  World again(ports, unthrottled());
  ASSERT_TRUE(again.restore(*json::parse(world.to_json().dump())));
  EXPECT_EQ(again.to_json(), world.to_json());
  auto found = again.lambda("000000000000", "us-east-1").call("GetFunction", name, now, random);
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)["Configuration"]["FunctionArn"].as_string(),
            "arn:aws:lambda:us-east-1:000000000000:function:orders");
}

}  // namespace
}  // namespace sluice::local
