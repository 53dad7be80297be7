#include "lambda_fixture.hpp"

namespace sluice::local {
namespace {

using std::chrono::milliseconds;

TEST(CreateFunction, AnswersThePendingRecordWithItsDefaults) {
  LambdaWorld world;
  auto created = world.ok("CreateFunction", LambdaWorld::create_request("orders"));
  EXPECT_EQ(created["RevisionId"].as_string().size(), 36u);
  created.erase("RevisionId");
  EXPECT_EQ(created, R"({
    "FunctionName": "orders",
    "FunctionArn": "arn:aws:lambda:eu-west-1:000000000000:function:orders",
    "Description": "", "Timeout": 3, "MemorySize": 128, "TracingConfig": {"Mode": "PassThrough"},
    "PackageType": "Zip", "Architectures": ["x86_64"], "EphemeralStorage": {"Size": 512},
    "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
    "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/orders"},
    "Role": "arn:aws:iam::000000000000:role/worker", "Handler": "index.handler",
    "Runtime": "nodejs22.x", "CodeSize": 3,
    "CodeSha256": "dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me0=",
    "LastModified": "2026-01-02T03:04:05.678+0000", "Version": "$LATEST",
    "State": "Pending", "StateReason": "The function is being created.",
    "StateReasonCode": "Creating"})"_json)
      << created.pretty();
}

TEST(CreateFunction, WithPublishAnswersVersionOneUnderTheUnqualifiedArn) {
  LambdaWorld world;
  auto request = LambdaWorld::create_request("orders");
  request.set("Publish", true);
  auto created = world.ok("CreateFunction", request);
  EXPECT_EQ(created["Version"].as_string(), "1");
  EXPECT_EQ(created["FunctionArn"].as_string(), std::string(arn_start) + "orders");
  EXPECT_EQ(created["State"].as_string(), "Pending");
  EXPECT_FALSE(created.contains("LastUpdateStatus"));
  world.wait();
  EXPECT_EQ(world.configuration("orders", "1")["State"].as_string(), "Active");
}

TEST(CreateFunction, RefusesANameThatIsTaken) {
  LambdaWorld world;
  world.create("orders");
  expect_fault(world.fault("CreateFunction", LambdaWorld::create_request("orders")),
               {409, "ResourceConflictException", "Function already exist: orders"});
}

TEST(CreateFunction, CopiesTheObjectAtTheCall) {
  LambdaWorld world;
  world.objects.put("builds", "a.zip", "old", "v1");
  world.objects.put("builds", "a.zip", "new", "v2");
  auto request = LambdaWorld::create_request("orders");
  request.set("Code", R"({"S3Bucket":"builds","S3Key":"a.zip","S3ObjectVersion":"v1"})"_json);
  auto created = world.ok("CreateFunction", request);
  EXPECT_EQ(*world.code.find(created["CodeSha256"].as_string()), "old");
}

TEST(CreateFunction, ResolvesAnImagesTagToItsDigest) {
  LambdaWorld world;
  auto request = LambdaWorld::create_request("orders");
  request.erase("Runtime");
  request.erase("Handler");
  request.set("PackageType", "Image");
  std::string uri = "000000000000.dkr.ecr.eu-west-1.amazonaws.com/shop/orders:v7";
  request.set("Code", json::Value{{"ImageUri", uri}});
  auto created = world.ok("CreateFunction", request);
  EXPECT_EQ(created["CodeSize"].as_int(), 0);
  EXPECT_EQ(created["CodeSha256"].as_string().size(), 64u);
  auto code = world.ok("GetFunction", json::Value{{"FunctionName", "orders"}})["Code"];
  EXPECT_EQ(code["RepositoryType"].as_string(), "ECR");
  EXPECT_EQ(code["ImageUri"].as_string(), uri);
  EXPECT_EQ(code["ResolvedImageUri"].as_string(),
            "000000000000.dkr.ecr.eu-west-1.amazonaws.com/shop/orders@sha256:" +
                created["CodeSha256"].as_string());
  world.wait();
  expect_fault(world.fault("UpdateFunctionCode", {{"FunctionName", "orders"}, {"ZipFile", "eA=="}}),
               {400, "InvalidParameterValueException",
                "Please provide ImageUri when updating a function with packageType Image."});
}

TEST(FunctionStates, MoveOnWithTheTimeAndNotBefore) {
  LambdaWorld world;
  world.ok("CreateFunction", LambdaWorld::create_request("orders"));
  world.wait(milliseconds(199));
  EXPECT_EQ(world.configuration("orders")["State"].as_string(), "Pending");
  for (auto const* operation : {"PublishVersion", "UpdateFunctionConfiguration"})
    expect_fault(world.fault(operation, json::Value{{"FunctionName", "orders"}}),
                 {409, "ResourceConflictException",
                  "The operation cannot be performed at this time. The function is currently in "
                  "the following state: Pending"});
  world.wait(milliseconds(1));
  auto active = world.configuration("orders");
  EXPECT_EQ(active["State"].as_string(), "Active");
  EXPECT_EQ(active["LastUpdateStatus"].as_string(), "Successful");
  EXPECT_FALSE(active.contains("StateReasonCode"));
}

TEST(FunctionStates, ACreationCanBeMadeToFail) {
  LambdaWorld world;
  world.service.fail_next("orders", "InvalidRuntime", "The runtime could not be started.");
  auto request = LambdaWorld::create_request("orders");
  request.set("Publish", true);
  world.ok("CreateFunction", request);
  world.wait();
  for (auto const* qualifier : {"", "1"}) {
    auto failed = world.configuration("orders", qualifier);
    EXPECT_EQ(failed["State"].as_string(), "Failed");
    EXPECT_EQ(failed["StateReasonCode"].as_string(), "InvalidRuntime");
    EXPECT_EQ(failed["StateReason"].as_string(), "The runtime could not be started.");
  }
  world.ok("DeleteFunction", json::Value{{"FunctionName", "orders"}});
  world.create("orders");
  EXPECT_EQ(world.configuration("orders")["State"].as_string(), "Active");
}

TEST(GetFunction, ShowsWhatBelongsToTheFunctionAsAWhole) {
  LambdaWorld world;
  auto request = LambdaWorld::create_request("orders");
  request.set("Tags", R"({"team":"shop"})"_json);
  world.ok("CreateFunction", request);
  json::Value name{{"FunctionName", "orders"}};
  auto found = world.ok("GetFunction", name);
  EXPECT_EQ(found["Tags"].dump(), R"({"team":"shop"})");
  EXPECT_FALSE(found.contains("Concurrency"));
  EXPECT_EQ(found["Code"]["RepositoryType"].as_string(), "S3");
  EXPECT_EQ(found["Code"]["Location"].as_string(),
            "memory:" + found["Configuration"]["CodeSha256"].as_string());
  world.ok("PutFunctionConcurrency",
           {{"FunctionName", "orders"}, {"ReservedConcurrentExecutions", 5}});
  EXPECT_EQ(world.ok("GetFunction", name)["Concurrency"].dump(),
            R"({"ReservedConcurrentExecutions":5})");
}

TEST(ListFunctions, AnswersReducedRecordsInPagesOfFifty) {
  LambdaWorld world;
  for (int i = 100; i < 160; ++i) world.create("f" + std::to_string(i));
  auto first = world.ok("ListFunctions", json::Value{{"MaxItems", 1000}});
  ASSERT_EQ(first["Functions"].items().size(), 50u);
  auto const& record = first["Functions"].items()[0];
  EXPECT_EQ(record["FunctionName"].as_string(), "f100");
  for (auto const* member : {"State", "StateReason", "LastUpdateStatus"})
    EXPECT_FALSE(record.contains(member)) << member;
  auto second = world.ok("ListFunctions", json::Value{{"Marker", first["NextMarker"]}});
  ASSERT_EQ(second["Functions"].items().size(), 10u);
  EXPECT_EQ(second["Functions"].items()[0]["FunctionName"].as_string(), "f150");
  EXPECT_FALSE(second.contains("NextMarker"));
}

TEST(ListFunctions, AllAddsARecordPerVersion) {
  LambdaWorld world;
  world.create_two_versions("orders");
  world.create("orders-b");
  std::vector<std::string> arns;
  json::Value request{{"FunctionVersion", "ALL"}, {"MaxItems", 2}};
  for (int page = 0; page < 2; ++page) {
    auto answer = world.ok("ListFunctions", request);
    for (auto const& record : answer["Functions"].items())
      arns.push_back(record["FunctionArn"].as_string().substr(sizeof arn_start - 1));
    request.set("Marker", answer["NextMarker"]);
  }
  EXPECT_EQ(arns, (std::vector<std::string>{"orders:$LATEST", "orders:1", "orders:2",
                                            "orders-b:$LATEST"}));
  expect_fault(world.fault("ListFunctions", json::Value{{"FunctionVersion", "1"}}),
               {400, "ValidationException", "1 validation error detected: Value '1' at"});
}

TEST(Lambda, RefusesWhatItDoesNotModelByName) {
  LambdaWorld world;
  auto fault = world.fault("PutFunctionRecursionConfig", json::Value{{"FunctionName", "orders"}});
  EXPECT_EQ(fault.status, 501);
  EXPECT_NE(fault.message.find("does not do Lambda's PutFunctionRecursionConfig"),
            std::string::npos);
}

}  // namespace
}  // namespace sluice::local
