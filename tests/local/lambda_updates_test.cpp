#include "lambda_fixture.hpp"

namespace sluice::local {
namespace {

constexpr char parameter[] = "InvalidParameterValueException";

json::Value upload(std::string_view text) {
  return {{"FunctionName", "orders"}, {"ZipFile", base64(text)}};
}

json::Value change(std::string_view members) {
  auto request = json::parse(members);
  ENSURE(request);
  request->set("FunctionName", "orders");
  return *request;
}

TEST(UpdateFunctionCode, GoesFromInProgressToSuccessful) {
  LambdaWorld world;
  world.create("orders");
  auto answer = world.ok("UpdateFunctionCode", upload("two"));
  EXPECT_EQ(answer["State"].as_string(), "Active");
  EXPECT_EQ(answer["LastUpdateStatus"].as_string(), "InProgress");
  EXPECT_EQ(answer["LastUpdateStatusReason"].as_string(), "The function is being created.");
  EXPECT_EQ(answer["LastUpdateStatusReasonCode"].as_string(), "Creating");
  for (auto const* operation :
       {"UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion"})
    expect_fault(world.fault(operation, upload("three")),
                 {409, "ResourceConflictException",
                  "The operation cannot be performed at this time. An update is in progress for "
                  "resource: arn:aws:lambda:eu-west-1:000000000000:function:orders"});
  world.wait();
  auto settled = world.configuration("orders");
  EXPECT_EQ(settled["LastUpdateStatus"].as_string(), "Successful");
  EXPECT_FALSE(settled.contains("LastUpdateStatusReason"));
  EXPECT_EQ(settled["CodeSha256"], answer["CodeSha256"]);
}

TEST(UpdateFunctionCode, WithPublishAnswersThePendingVersionWithoutUpdateStatus) {
  LambdaWorld world;
  world.create("orders");
  auto request = upload("two");
  request.set("Publish", true);
  auto answer = world.ok("UpdateFunctionCode", request);
  EXPECT_EQ(answer["FunctionArn"].as_string(), std::string(arn_start) + "orders:1");
  EXPECT_EQ(answer["Version"].as_string(), "1");
  EXPECT_EQ(answer["State"].as_string(), "Pending");
  EXPECT_FALSE(answer.contains("LastUpdateStatus"));
  world.wait();
  EXPECT_EQ(world.configuration("orders", "1")["State"].as_string(), "Active");
  EXPECT_EQ(world.configuration("orders")["LastUpdateStatus"].as_string(), "Successful");
}

TEST(UpdateFunctionCode, DryRunComputesAndChangesNothing) {
  LambdaWorld world(unthrottled(), MemoryCodeStore::Check::zip);
  std::string empty_zip = "PK\x05\x06" + std::string(18, '\0');
  world.create("orders", empty_zip);
  auto before = world.configuration("orders");
  auto request = upload(empty_zip + "");
  request.set("DryRun", true);
  request.set("Architectures", json::array({"arm64"}));
  auto answer = world.ok("UpdateFunctionCode", request);
  EXPECT_EQ(answer["CodeSha256"].as_string(), "hznHbmgfkAkjuQDJ3w73XPQh05yrtUZQxLmtGbanbYU=");
  EXPECT_EQ(answer["Architectures"].dump(), R"(["arm64"])");
  EXPECT_EQ(answer["RevisionId"], before["RevisionId"]);
  EXPECT_EQ(world.configuration("orders"), before);
  request.set("ZipFile", base64("no zip"));
  expect_fault(
      world.fault("UpdateFunctionCode", request),
      {400, parameter,
       "Could not unzip uploaded file. Please check your file, then try to upload again."});
}

TEST(UpdateFunctionCode, TakesLatestOnlyAndKeepsTheArchitecture) {
  LambdaWorld world;
  auto create = LambdaWorld::create_request("orders");
  create.set("Architectures", json::array({"arm64"}));
  create.set("Publish", true);
  world.ok("CreateFunction", create);
  world.wait();
  auto request = upload("two");
  request.set("FunctionName", "orders:1");
  auto fault = world.fault("UpdateFunctionCode", request);
  EXPECT_EQ(fault.code, parameter);
  EXPECT_NE(fault.message.find("does not support versions other than $LATEST"), std::string::npos);
  EXPECT_EQ(world.ok("UpdateFunctionCode", upload("two"))["Architectures"].dump(), R"(["arm64"])");
}

TEST(UpdateFunctionCode, AFailedOneLeavesTheOldCodeInForce) {
  LambdaWorld world;
  world.create("orders", "one");
  auto before = world.configuration("orders");
  world.service.fail_next("orders", "InvalidZipFileException", "The archive is broken.");
  world.ok("UpdateFunctionCode", upload("two"));
  world.wait();
  auto after = world.configuration("orders");
  EXPECT_EQ(after["State"].as_string(), "Active");
  EXPECT_EQ(after["LastUpdateStatus"].as_string(), "Failed");
  EXPECT_EQ(after["LastUpdateStatusReasonCode"].as_string(), "InvalidZipFileException");
  EXPECT_EQ(after["CodeSha256"], before["CodeSha256"]);
  EXPECT_FALSE(after["RevisionId"] == before["RevisionId"]);
  world.ok("UpdateFunctionCode", upload("two"));
  world.wait();
  EXPECT_EQ(world.configuration("orders")["LastUpdateStatus"].as_string(), "Successful");
}

struct Merge {
  std::string_view first, second;  ///< two updates, one after the other
  std::string_view member;
  std::string_view expected;  ///< "null": the answer does not have it
};

class UpdateFunctionConfiguration : public testing::TestWithParam<Merge> {};

TEST_P(UpdateFunctionConfiguration, ReplacesMembersWholeAndKeepsAbsentOnes) {
  LambdaWorld world;
  world.service.declare_layer("arn:aws:lambda:eu-west-1:000000000000:layer:t:1", 4);
  world.create("orders");
  world.ok("UpdateFunctionConfiguration", change(GetParam().first));
  world.wait();
  world.ok("UpdateFunctionConfiguration", change(GetParam().second));
  world.wait();
  EXPECT_EQ(world.configuration("orders")[GetParam().member].dump(), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, UpdateFunctionConfiguration,
    testing::Values(
        Merge{R"({"Environment":{"Variables":{"AB":"1","CD":"2"}}})",
              R"({"Environment":{"Variables":{"AB":"3"}}})", "Environment",
              R"({"Variables":{"AB":"3"}})"},
        Merge{R"({"Environment":{"Variables":{"AB":"1"}}})", R"({"Timeout":5})", "Environment",
              R"({"Variables":{"AB":"1"}})"},
        Merge{R"({"Environment":{"Variables":{"AB":"1"}}})", R"({"Environment":{"Variables":{}}})",
              "Environment", "null"},
        Merge{R"({"Layers":["arn:aws:lambda:eu-west-1:000000000000:layer:t:1"]})", R"({})",
              "Layers",
              R"([{"Arn":"arn:aws:lambda:eu-west-1:000000000000:layer:t:1","CodeSize":4}])"},
        Merge{R"({"Layers":["arn:aws:lambda:eu-west-1:000000000000:layer:t:1"]})",
              R"({"Layers":[]})", "Layers", "null"},
        Merge{
            R"({"VpcConfig":{"SubnetIds":["s1"],"SecurityGroupIds":["g1"]}})",
            R"({"VpcConfig":{"SubnetIds":[],"SecurityGroupIds":[]}})", "VpcConfig",
            R"({"SubnetIds":[],"SecurityGroupIds":[],"VpcId":"","Ipv6AllowedForDualStack":false})"},
        Merge{R"({"VpcConfig":{"SubnetIds":[],"SecurityGroupIds":[]}})", R"({})", "VpcConfig",
              "null"},
        Merge{R"({"DeadLetterConfig":{"TargetArn":"arn:aws:sqs:eu-west-1:000000000000:dead"}})",
              R"({"DeadLetterConfig":{"TargetArn":""}})", "DeadLetterConfig", "null"},
        Merge{R"({"KMSKeyArn":"arn:aws:kms:x"})", R"({"KMSKeyArn":""})", "KMSKeyArn", "null"},
        Merge{R"({"Description":"a"})", R"({"Description":""})", "Description", R"("")"},
        Merge{R"({"MemorySize":256})", R"({"Timeout":9})", "MemorySize", "256"},
        Merge{R"({"LoggingConfig":{"LogFormat":"JSON"}})", R"({})", "LoggingConfig",
              R"({"LogFormat":"JSON","ApplicationLogLevel":"INFO","SystemLogLevel":"INFO",)"
              R"("LogGroup":"/aws/lambda/orders"})"},
        Merge{R"({"FileSystemConfigs":[{"Arn":"x"}]})", R"({"FileSystemConfigs":[]})",
              "FileSystemConfigs", "null"},
        Merge{R"({"TracingConfig":{"Mode":"Active"}})", R"({})", "TracingConfig",
              R"({"Mode":"Active"})"},
        Merge{R"({"SnapStart":{"ApplyOn":"PublishedVersions"}})", R"({})", "SnapStart",
              R"({"ApplyOn":"PublishedVersions","OptimizationStatus":"Off"})"}));

TEST(Updates, OfAnUnknownFunctionAreNotFound) {
  LambdaWorld world;
  for (auto const* operation : {"UpdateFunctionCode", "UpdateFunctionConfiguration"})
    expect_fault(world.fault(operation, upload("x")),
                 {404, "ResourceNotFoundException",
                  "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:orders"});
}

}  // namespace
}  // namespace sluice::local
