#include <map>

#include "lambda_fixture.hpp"

namespace sluice::local {
namespace {

class Routing : public testing::Test {
 protected:
  Routing() {
    world.create_two_versions("orders");
    world.ok("CreateAlias",
             {{"FunctionName", "orders"}, {"Name", "live"}, {"FunctionVersion", "1"}});
  }
  void split(double weight) {
    json::Value weights{{"2", weight}};
    world.ok("UpdateAlias",
             {{"FunctionName", "orders"},
              {"Name", "live"},
              {"RoutingConfig", json::Value{{"AdditionalVersionWeights", std::move(weights)}}}});
  }
  Outcome<Executed> route(std::string_view qualifier) {
    return world.service.route("orders", qualifier, world.now, world.random);
  }
  std::string version(std::string_view qualifier) {
    auto executed = route(qualifier);
    return executed ? executed->version : executed.error().message;
  }
  int share(int calls) {
    int second = 0;
    for (int i = 0; i < calls; ++i) second += version("live") == "2";
    return second;
  }
  LambdaWorld world;
};

struct Bounds {
  int calls;
  double weight;
  int lowest, highest;
};

/// Exact binomial bounds, two-sided tail 1e-6; the seed makes the outcome repeatable.
class RoutingShares : public Routing, public testing::WithParamInterface<Bounds> {};

TEST_P(RoutingShares, FollowTheWeight) {
  split(GetParam().weight);
  int second = share(GetParam().calls);
  EXPECT_GE(second, GetParam().lowest);
  EXPECT_LE(second, GetParam().highest);
}

INSTANTIATE_TEST_SUITE_P(Table, RoutingShares,
                         testing::Values(Bounds{400, 0.25, 60, 144}, Bounds{400, 0.5, 151, 249},
                                         Bounds{1000, 0.1, 57, 149}, Bounds{200, 0.05, 0, 28},
                                         Bounds{100, 0.0, 0, 0}, Bounds{100, 1.0, 100, 100}));

TEST_F(Routing, TellsWhatRunsAndUnderWhichNames) {
  auto executed = route("live");
  ASSERT_TRUE(executed);
  EXPECT_EQ(executed->function, "orders");
  EXPECT_EQ(executed->version, "1");
  EXPECT_EQ(executed->alias, "live");
  EXPECT_EQ(executed->resource, "orders:live");
  EXPECT_EQ(executed->invoked_arn, std::string(arn_start) + "orders:live");
  EXPECT_EQ(executed->configuration["FunctionArn"].as_string(),
            std::string(arn_start) + "orders:1");
  EXPECT_EQ(*world.code.find(executed->code_sha256), "one");

  auto direct = route("");
  ASSERT_TRUE(direct);
  EXPECT_EQ(direct->version, "$LATEST");
  EXPECT_EQ(direct->alias, "");
  EXPECT_EQ(direct->resource, "orders");
  EXPECT_EQ(direct->invoked_arn, std::string(arn_start) + "orders");
  EXPECT_NE(direct->unit, executed->unit);
}

TEST_F(Routing, FindsNothingUnderTheNameThatWasAskedFor) {
  auto check = [&](std::string_view name, std::string_view qualifier, std::string_view ending) {
    auto executed = world.service.route(name, qualifier, world.now, world.random);
    ASSERT_FALSE(executed);
    expect_fault(executed.error(),
                 {404, "ResourceNotFoundException",
                  "Function not found: " + std::string(arn_start) + std::string(ending)});
  };
  check("stock", "", "stock:$LATEST");
  check("orders", "9", "orders:9");
  check("orders:nowhere", "", "orders:nowhere");
}

TEST_F(Routing, OldCodeRunsUntilAnUpdateHasSettled) {
  auto before = route("");
  world.ok("UpdateFunctionCode", {{"FunctionName", "orders"}, {"ZipFile", base64("three")}});
  auto during = route("");
  world.wait();
  auto after = route("");
  ASSERT_TRUE(before && during && after);
  EXPECT_EQ(*world.code.find(during->code_sha256), "two");
  EXPECT_EQ(during->unit, before->unit);
  EXPECT_EQ(*world.code.find(after->code_sha256), "three");
  EXPECT_NE(after->unit, before->unit);
}

TEST_F(Routing, AFailedUpdateChangesNothingThatRuns) {
  auto before = route("");
  world.service.fail_next("orders", "InternalError", "x");
  world.ok("UpdateFunctionConfiguration", {{"FunctionName", "orders"}, {"Timeout", 9}});
  world.wait();
  auto after = route("");
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->unit, before->unit);
  EXPECT_EQ(after->configuration["Timeout"].as_int(), 3);
}

TEST_F(Routing, TagsAndPublishingKeepTheRunningUnit) {
  auto before = route("");
  world.ok("TagResource",
           {{"Resource", std::string(arn_start) + "orders"}, {"Tags", R"({"a":"b"})"_json}});
  world.ok("PublishVersion", json::Value{{"FunctionName", "orders"}});
  EXPECT_EQ(route("")->unit, before->unit);
}

TEST_F(Routing, APendingFunctionOrVersionIsAConflict) {
  world.ok("CreateFunction", LambdaWorld::create_request("stock"));
  auto pending = world.service.route("stock", "", world.now, world.random);
  ASSERT_FALSE(pending);
  expect_fault(pending.error(), {409, "ResourceConflictException",
                                 "The operation cannot be performed at this time. The function is "
                                 "currently in the following state: Pending"});
  world.ok("UpdateFunctionCode",
           {{"FunctionName", "orders"}, {"ZipFile", base64("3")}, {"Publish", true}});
  EXPECT_FALSE(route("3"));
  world.wait();
  EXPECT_EQ(version("3"), "3");
}

TEST_F(Routing, ConcurrencyZeroSwitchesOffAllVersions) {
  world.ok("PutFunctionConcurrency",
           {{"FunctionName", "orders"}, {"ReservedConcurrentExecutions", 0}});
  for (auto const* qualifier : {"", "1", "live"}) {
    auto executed = route(qualifier);
    ASSERT_FALSE(executed);
    expect_fault(executed.error(), {429, "TooManyRequestsException", "Rate Exceeded."});
    EXPECT_EQ(json::Value(executed.error().more)["Reason"].as_string(),
              "ReservedFunctionConcurrentInvocationLimitExceeded");
    EXPECT_TRUE(world.service.place_of("orders", qualifier, world.now, world.random));
  }
  world.ok("DeleteFunctionConcurrency", json::Value{{"FunctionName", "orders"}});
  EXPECT_EQ(version("live"), "1");
}

TEST_F(Routing, AnAliasMayTakeItsTimeToReachTheDataPlane) {
  auto settings = unthrottled();
  settings.alias_propagation = std::chrono::seconds(2);
  world.service.set_settings(settings);
  auto move = [&](std::string_view to) {
    world.ok("UpdateAlias",
             {{"FunctionName", "orders"}, {"Name", "live"}, {"FunctionVersion", to}});
  };
  move("2");
  world.wait(std::chrono::milliseconds(1999));
  EXPECT_EQ(version("live"), "1");
  world.wait(std::chrono::milliseconds(1));
  EXPECT_EQ(version("live"), "2");
  move("1");
  EXPECT_EQ(version("live"), "2");
  // The version traffic still goes to was deleted meanwhile: then the alias counts as it stands.
  world.ok("DeleteFunction", {{"FunctionName", "orders"}, {"Qualifier", "2"}});
  EXPECT_EQ(version("live"), "1");
}

}  // namespace
}  // namespace sluice::local
