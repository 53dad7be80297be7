#include "server/codedeploy/stage.hpp"

namespace sluice::server::codedeploy {
namespace {

using testing::StartsWith;

class GroupsTest : public FaceStage {
 protected:
  void SetUp() override { create_application(); }
  void update(std::string const& more, std::string const& name = "live") {
    auto answer =
        ask("UpdateDeploymentGroup", R"({"applicationName":"shop","currentDeploymentGroupName":")" +
                                         name + "\"" + more + "}");
    EXPECT_EQ(answer.dump(), R"({"hooksNotCleanedUp":[]})");
  }
};

constexpr char alarms[] = R"(,"alarmConfiguration":{"enabled":true,"alarms":[{"name":"errors"}]})";
constexpr char rollback[] =
    R"(,"autoRollbackConfiguration":{"enabled":true,"events":["DEPLOYMENT_FAILURE"]})";
constexpr char trigger[] =
    R"(,"triggerConfigurations":[{"triggerName":"all","triggerTargetArn":)"
    R"("arn:aws:sns:eu-west-1:123456789012:all","triggerEvents":["DeploymentStart"]}])";

TEST_F(GroupsTest, AGroupOfFunctionsShowsWhatItWasGivenAndTheUsualRest) {
  auto made = ask("CreateDeploymentGroup", group_body("live"));
  auto info = group();
  EXPECT_EQ(info["deploymentGroupId"], made["deploymentGroupId"]);
  info.erase("deploymentGroupId");
  auto expected = json::parse(R"({
    "applicationName": "shop", "deploymentGroupName": "live", "computePlatform": "Lambda",
    "serviceRoleArn": "arn:aws:iam::123456789012:role/deploy",
    "deploymentConfigName": "CodeDeployDefault.LambdaAllAtOnce",
    "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
    "autoRollbackConfiguration": {"enabled": false}, "triggerConfigurations": [],
    "outdatedInstancesStrategy": "UPDATE", "terminationHookEnabled": false,
    "autoScalingGroups": [], "ec2TagFilters": [], "onPremisesInstanceTagFilters": []})");
  EXPECT_EQ(info, expected.value()) << info.pretty();
}

TEST_F(GroupsTest, WhatIsEmptyOfOtherPlatformsIsTolerated) {
  create_group("live",
               R"(,"ec2TagFilters":[],"onPremisesInstanceTagFilters":[],"autoScalingGroups":[],)"
               R"("ecsServices":[],"ec2TagSet":{"ec2TagSetList":[]},"loadBalancerInfo":)"
               R"({"elbInfoList":[]},"outdatedInstancesStrategy":"IGNORE",)"
               R"("terminationHookEnabled":true)");
  EXPECT_EQ(group()["outdatedInstancesStrategy"].as_string(), "IGNORE");
  EXPECT_TRUE(group()["terminationHookEnabled"].as_bool());
}

TEST_F(GroupsTest, AnUpdateKeepsWhatIsAbsentAndReplacesWhatIsThere) {
  create_group("live", std::string(alarms) + rollback + trigger);
  auto before = group();
  update("");
  EXPECT_EQ(group(), before);
  update(R"(,"deploymentConfigName":"CodeDeployDefault.LambdaCanary10Percent5Minutes")");
  auto after = group();
  EXPECT_EQ(after["deploymentConfigName"].as_string(),
            "CodeDeployDefault.LambdaCanary10Percent5Minutes");
  after.set("deploymentConfigName", before["deploymentConfigName"]);
  EXPECT_EQ(after, before);
  // A block is replaced as a whole, not member by member.
  update(R"(,"alarmConfiguration":{"enabled":true,"alarms":[{"name":"other"}],)"
         R"("ignorePollAlarmFailure":true})");
  update(R"(,"alarmConfiguration":{"enabled":true,"alarms":[{"name":"third"}]})");
  EXPECT_EQ(group()["alarmConfiguration"].dump(),
            R"({"enabled":true,"alarms":[{"name":"third"}]})");
}

TEST_F(GroupsTest, AnUpdateClearsWithWhatIsEmpty) {
  create_group("live", std::string(alarms) + rollback + trigger);
  update(R"(,"triggerConfigurations":[],"alarmConfiguration":)"
         R"({"enabled":false,"alarms":[],"ignorePollAlarmFailure":false},)"
         R"("autoRollbackConfiguration":{"enabled":false,"events":[]})");
  auto info = group();
  EXPECT_EQ(info["triggerConfigurations"].dump(), "[]");
  EXPECT_EQ(info["alarmConfiguration"].dump(),
            R"({"enabled":false,"alarms":[],"ignorePollAlarmFailure":false})");
  EXPECT_EQ(info["autoRollbackConfiguration"].dump(), R"({"enabled":false,"events":[]})");
}

TEST_F(GroupsTest, ANewNameKeepsTheIdAndTakesTheRestWithIt) {
  create_group("live", std::string(alarms));
  auto before = group();
  update(R"(,"newDeploymentGroupName":"prod","outdatedInstancesStrategy":"IGNORE")");
  auto after = group("prod");
  EXPECT_EQ(after["deploymentGroupId"], before["deploymentGroupId"]);
  EXPECT_EQ(after["alarmConfiguration"], before["alarmConfiguration"]);
  EXPECT_EQ(after["outdatedInstancesStrategy"].as_string(), "IGNORE");
  EXPECT_EQ(
      refusal("GetDeploymentGroup", R"({"applicationName":"shop","deploymentGroupName":"live"})"),
      "DeploymentGroupDoesNotExistException: No Deployment Group found for name: live");
  // And back: what is left over of the old name is in nobody's way.
  update(R"(,"newDeploymentGroupName":"live")", "prod");
  create_group("prod");
  EXPECT_NE(group("prod")["deploymentGroupId"], group()["deploymentGroupId"]);
}

TEST_F(GroupsTest, ARefusedNewNameChangesNothing) {
  create_group("live");
  create_group("prod");
  auto before = group();
  EXPECT_EQ(refusal("UpdateDeploymentGroup",
                    R"({"applicationName":"shop","currentDeploymentGroupName":"live",)"
                    R"("newDeploymentGroupName":"prod","outdatedInstancesStrategy":"IGNORE"})"),
            "DeploymentGroupAlreadyExistsException: There is a deployment group named prod "
            "already.");
  EXPECT_EQ(group(), before);
}

TEST_F(GroupsTest, GroupsMoveAndGoWithTheirApplication) {
  create_group("live");
  auto id = group()["deploymentGroupId"];
  ask("UpdateApplication", R"({"applicationName":"shop","newApplicationName":"store"})");
  auto moved =
      ask("GetDeploymentGroup", R"({"applicationName":"store","deploymentGroupName":"live"})");
  EXPECT_EQ(moved["deploymentGroupInfo"]["deploymentGroupId"], id);
  EXPECT_EQ(moved["deploymentGroupInfo"]["applicationName"].as_string(), "store");
  ask("DeleteApplication", R"({"applicationName":"store"})");
  create_application("store");
  EXPECT_EQ(ask("ListDeploymentGroups", R"({"applicationName":"store"})").dump(),
            R"({"deploymentGroups":[],"applicationName":"store"})");
}

TEST_F(GroupsTest, ABatchLeavesOutWhatIsNotThereAndSaysSo) {
  create_group("live");
  auto answer = ask("BatchGetDeploymentGroups",
                    R"({"applicationName":"shop","deploymentGroupNames":["live","none"]})");
  ASSERT_EQ(answer["deploymentGroupsInfo"].items().size(), 1u);
  EXPECT_EQ(answer["deploymentGroupsInfo"].items()[0], group());
  EXPECT_EQ(answer["errorMessage"].as_string(), "No Deployment Group found for name: 'none'");
  answer = ask("BatchGetDeploymentGroups",
               R"({"applicationName":"shop","deploymentGroupNames":["live"]})");
  EXPECT_EQ(answer["errorMessage"].dump(), "\"\"");
}

TEST_F(GroupsTest, ADeletedGroupIsGoneAndDeletedAgainWithoutAnError) {
  create_group("live");
  std::string const body = R"({"applicationName":"shop","deploymentGroupName":"live"})";
  EXPECT_EQ(ask("DeleteDeploymentGroup", body).dump(), R"({"hooksNotCleanedUp":[]})");
  EXPECT_EQ(ask("DeleteDeploymentGroup", body).dump(), R"({"hooksNotCleanedUp":[]})");
  EXPECT_THAT(refusal("GetDeploymentGroup", body), StartsWith("DeploymentGroupDoesNotExist"));
  EXPECT_EQ(
      ask("DeleteDeploymentGroup", R"({"applicationName":"none","deploymentGroupName":"live"})")
          .dump(),
      R"({"hooksNotCleanedUp":[]})");
}

TEST_F(GroupsTest, OfTwoUpdatesAtOnceBothAreSeen) {
  create_group("live");
  // Another server changes the group between this one's reading and writing.
  Registry::Region other = process().registry.in("eu-west-1");
  bool done = false;
  store::MemoryFaults faults;
  faults.before_commit = [&](char const*) -> Result<void> {
    if (std::exchange(done, true)) return {};
    auto application = other.application("shop").value();
    auto group = other.group(*application, "live").value();
    group->settings.set("outdatedInstancesStrategy", "IGNORE");
    return other.change(*application, *group);
  };
  store::set_faults(*memory_, std::move(faults));
  update(R"(,"terminationHookEnabled":true)");
  store::set_faults(*memory_, {});
  EXPECT_EQ(group()["outdatedInstancesStrategy"].as_string(), "IGNORE");
  EXPECT_TRUE(group()["terminationHookEnabled"].as_bool());
}

}  // namespace
}  // namespace sluice::server::codedeploy
