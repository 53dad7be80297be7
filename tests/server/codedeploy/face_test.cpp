#include "server/codedeploy/stage.hpp"

namespace sluice::server::codedeploy {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

using FaceTest = FaceStage;

TEST_F(FaceTest, AnUnknownOperationIsNamed) {
  EXPECT_EQ(refusal("MakeTea", "{}"),
            "UnknownOperationException: There is no operation CodeDeploy_20141006.MakeTea.");
  auto request = signed_request("ListApplications", "{}");
  EXPECT_EQ(operation_named(""), nullptr);
  EXPECT_EQ(operation_named("ListApplication"), nullptr);
}

TEST_F(FaceTest, WhatIsNoJsonIsASerializationException) {
  EXPECT_THAT(refusal("ListApplications", "{"), StartsWith("SerializationException: "));
  EXPECT_THAT(refusal("ListApplications", "[]"), StartsWith("SerializationException: "));
  EXPECT_THAT(refusal("ListApplications", R"({"nextToken":1})"),
              StartsWith("SerializationException: nextToken: NUMBER_VALUE"));
}

TEST_F(FaceTest, NothingCountsAsAnEmptyRequest) {
  EXPECT_EQ(refusal("ListApplications", ""), R"(200 {"applications":[]})");
}

TEST_F(FaceTest, NullIsAbsentAndUnknownMembersAreIgnored) {
  ask("CreateApplication",
      R"({"applicationName":"shop","computePlatform":"Lambda","tags":null,"color":"red"})");
  EXPECT_EQ(refusal("GetApplication", R"({"applicationName":null})"),
            "ApplicationNameRequiredException: The application name is missing.");
}

TEST_F(FaceTest, VoidOperationsAnswerNothingAndTagOperationsAnObject) {
  create_application();
  auto response =
      send("UpdateApplication", R"({"applicationName":"shop","newApplicationName":"store"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(send("DeleteApplication", R"({"applicationName":"store"})").body, "");
  EXPECT_EQ(send("DeleteDeploymentConfig", R"({"deploymentConfigName":"none"})").body, "");
  create_application();
  std::string const arn =
      R"("ResourceArn":"arn:aws:codedeploy:eu-west-1:000000000000:application:shop")";
  EXPECT_EQ(send("TagResource", "{" + arn + R"(,"Tags":[{"Key":"team","Value":"tea"}]})").body,
            "{}");
  EXPECT_EQ(send("UntagResource", "{" + arn + R"(,"TagKeys":["team"]})").body, "{}");
  EXPECT_EQ(send("DeleteResourcesByExternalId", R"({"externalId":"x"})").body, "{}");
}

TEST_F(FaceTest, TimesAreNumbers) {
  create_application();
  auto info = ask("GetApplication", R"({"applicationName":"shop"})")["application"];
  EXPECT_EQ(info["createTime"].as_double(), 1767323045.0);
  EXPECT_TRUE(info["createTime"].is_number());
}

TEST_F(FaceTest, WhatTheStoreCannotDoIsNoErrorOfTheClient) {
  create_application();
  store::MemoryFaults faults;
  faults.before_read = [](char const*) -> Result<void> {
    return fail(ErrorCode::unavailable, "the disk at /secret/place is full");
  };
  store::set_faults(*memory_, std::move(faults));
  auto response = send("ListApplications", "{}");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, testing::Not(HasSubstr("/secret/place")));
  store::set_faults(*memory_, {});
  EXPECT_EQ(send("ListApplications", "{}").status, 200);
}

TEST_F(FaceTest, EverythingOutlivesARestart) {
  create_application();
  create_group();
  auto before = group();
  restart();
  EXPECT_EQ(group(), before);
}

TEST_F(FaceTest, RegionsKnowNothingOfEachOther) {
  create_application();
  Signing const elsewhere{.region = "us-east-1"};
  EXPECT_EQ(refusal("ListApplications", "{}", elsewhere), R"(200 {"applications":[]})");
  ask("CreateApplication", R"({"applicationName":"shop","computePlatform":"Lambda"})", elsewhere);
  ask("DeleteApplication", R"({"applicationName":"shop"})", elsewhere);
  EXPECT_EQ(refusal("ListApplications", "{}"), R"(200 {"applications":["shop"]})");
}

TEST_F(FaceTest, DeploymentsAreRefusedAsTheyAreNotRunHere) {
  for (auto const* name :
       {"CreateDeployment", "GetDeployment", "BatchGetDeployments", "ListDeployments",
        "StopDeployment", "ContinueDeployment", "ListDeploymentTargets", "GetDeploymentTarget",
        "BatchGetDeploymentTargets", "ListDeploymentInstances", "GetDeploymentInstance",
        "BatchGetDeploymentInstances", "PutLifecycleEventHookExecutionStatus",
        "SkipWaitTimeForInstanceTermination"})
    EXPECT_THAT(refusal(name, "{}"),
                StartsWith("OperationNotSupportedException: This server keeps applications"))
        << name;
}

TEST_F(FaceTest, TheTableHasEveryOperationOfTheApiInOrder) {
  EXPECT_EQ(operations().size(), 47u);
  EXPECT_TRUE(std::ranges::is_sorted(operations(), {}, &Operation::name));
  for (auto const& operation : operations()) EXPECT_EQ(operation_named(operation.name), &operation);
}

TEST_F(FaceTest, ListsComeInPages) {
  for (int i = 0; i < 205; ++i) {
    if (i % 40 == 0) clock_.pass(std::chrono::minutes(1));
    create_application("app-" + std::to_string(1000 + i));
  }
  auto first = ask("ListApplications", "{}");
  ASSERT_EQ(first["applications"].items().size(), 100u);
  std::string token = first["nextToken"].as_string();
  auto second = ask("ListApplications", R"({"nextToken":")" + token + R"("})");
  ASSERT_EQ(second["applications"].items().size(), 100u);
  EXPECT_NE(second["nextToken"].as_string(), token);
  token = second["nextToken"].as_string();
  auto third = ask("ListApplications", R"({"nextToken":")" + token + R"("})");
  EXPECT_EQ(third.dump(),
            R"({"applications":["app-1200","app-1201","app-1202","app-1203","app-1204"]})");
  EXPECT_EQ(refusal("ListDeploymentConfigs", R"({"nextToken":")" + token + R"("})"),
            "InvalidNextTokenException: The next token is none of this list.");
  EXPECT_EQ(
      refusal("ListApplications", R"({"nextToken":")" + token + R"("})", {.region = "us-east-1"}),
      "InvalidNextTokenException: The next token is none of this list.");
}

}  // namespace
}  // namespace sluice::server::codedeploy
