#include "server/codedeploy/stage.hpp"

/// What deployment groups are refused, word by word.
namespace sluice::server::codedeploy {
namespace {

using GroupsErrors = FaceStage;

std::string const create = "CreateDeploymentGroup";
std::string const update = "UpdateDeploymentGroup";

std::string updated(std::string const& more) {
  return R"({"applicationName":"shop","currentDeploymentGroupName":"live")" + more + "}";
}

std::string block(std::string const& name, std::string const& value) {
  return ",\"" + name + "\":" + value;
}

/// The same settings, given to a new group and to one that is there.
std::string topic(std::string const& name) {
  return R"("triggerTargetArn":"arn:aws:sns:eu-west-1:123456789012:)" + name + "\"";
}
std::string trigger(std::string const& name, std::string const& of_topic,
                    std::string const& events = R"(["DeploymentStart"])") {
  return R"({"triggerName":")" + name + "\"," + topic(of_topic) + R"(,"triggerEvents":)" + events +
         "}";
}
std::string triggers(std::string const& list) {
  return block("triggerConfigurations", "[" + list + "]");
}
std::string alarms(std::string const& value) { return block("alarmConfiguration", value); }

TEST_F(GroupsErrors, AreTheseOfNamesAndOfWhatIsNotThere) {
  create_application();
  create_group("live");
  std::string const no_application =
      "ApplicationNameRequiredException: The application name is missing.";
  std::string const no_group =
      "DeploymentGroupNameRequiredException: The deployment group name is missing.";
  std::string const unknown_application =
      "ApplicationDoesNotExistException: No application found for name: none";
  std::string const unknown_group =
      "DeploymentGroupDoesNotExistException: No Deployment Group found for name: none";
  std::string const wrong_group =
      "InvalidDeploymentGroupNameException: 'a/b' is no name for a deployment group: a name has 1 "
      "to 100 letters, digits and the characters . _ + = , @ -";
  std::string const wrong_application =
      "InvalidApplicationNameException: 'a/b' is no name for an application: a name has 1 to 100 "
      "letters, digits and the characters . _ + = , @ -";
  std::string const role = R"("serviceRoleArn":"arn:aws:iam::123456789012:role/r")";
  expect_rows({
      {create, "{}", no_application},
      {create, R"({"applicationName":"a/b"})", wrong_application},
      {create, R"({"applicationName":"shop"})", no_group},
      {create, R"({"applicationName":"shop","deploymentGroupName":"a/b"})", wrong_group},
      {create, R"({"applicationName":"shop","deploymentGroupName":"x"})",
       "RoleRequiredException: The serviceRoleArn is missing."},
      {create, R"({"applicationName":"shop","deploymentGroupName":"x","serviceRoleArn":"me"})",
       "InvalidRoleException: 'me' is not the ARN of a role."},
      {create, group_body("x", "", "none"), unknown_application},
      {create, group_body("live"),
       "DeploymentGroupAlreadyExistsException: There is a deployment group named live already."},
      {create, R"({"applicationName":"shop","deploymentGroupName":"x",)" + role + "}",
       "InvalidDeploymentStyleException: For LAMBDA deployment, the deployment type must be "
       "BLUE_GREEN, and deployment option must be WITH_TRAFFIC_CONTROL."},
      {"GetDeploymentGroup", "{}", no_application},
      {"GetDeploymentGroup", R"({"applicationName":"shop"})", no_group},
      {"GetDeploymentGroup", R"({"applicationName":"shop","deploymentGroupName":"a/b"})",
       wrong_group},
      {"GetDeploymentGroup", R"({"applicationName":"none","deploymentGroupName":"none"})",
       unknown_application},
      {"GetDeploymentGroup", R"({"applicationName":"shop","deploymentGroupName":"none"})",
       unknown_group},
      {"BatchGetDeploymentGroups", "{}", no_application},
      {"BatchGetDeploymentGroups", R"({"applicationName":"shop"})",
       "DeploymentGroupNameRequiredException: At least one deployment group name is needed."},
      {"BatchGetDeploymentGroups", R"({"applicationName":"shop","deploymentGroupNames":["a/b"]})",
       wrong_group},
      {"BatchGetDeploymentGroups", R"({"applicationName":"none","deploymentGroupNames":["a"]})",
       unknown_application},
      {"ListDeploymentGroups", "{}", no_application},
      {"ListDeploymentGroups", R"({"applicationName":"none"})", unknown_application},
      {"ListDeploymentGroups", R"({"applicationName":"shop","nextToken":"x"})",
       "InvalidNextTokenException: The next token is none of this list."},
      {update, "{}", no_application},
      {update, R"({"applicationName":"shop"})", no_group},
      {update, R"({"applicationName":"none","currentDeploymentGroupName":"none"})",
       unknown_application},
      {update, R"({"applicationName":"shop","currentDeploymentGroupName":"none"})", unknown_group},
      {update, updated(R"(,"newDeploymentGroupName":"a/b")"), wrong_group},
      {update, updated(R"(,"newDeploymentGroupName":"")"), no_group},
      {update, updated(R"(,"serviceRoleArn":"arn:aws:iam::1:role/r")"),
       "InvalidRoleException: 'arn:aws:iam::1:role/r' is not the ARN of a role."},
      {"DeleteDeploymentGroup", "{}", no_application},
      {"DeleteDeploymentGroup", R"({"applicationName":"shop"})", no_group},
      {"DeleteDeploymentGroup", R"({"applicationName":"shop","deploymentGroupName":"a/b"})",
       wrong_group},
  });
}

/// Settings that are refused alike to a new group and to one that is there.
class GroupSettings : public FaceStage {
 protected:
  struct Setting {
    std::string given, told;
  };
  void SetUp() override {
    create_application();
    create_group("live");
  }
  void expect_refused(std::vector<Setting> const& settings) {
    for (auto const& [given, told] : settings) {
      EXPECT_EQ(refusal(create, group_body("x", given)), told) << "create " << given;
      EXPECT_EQ(refusal(update, updated(given)), told) << "update " << given;
    }
  }
};

TEST_F(GroupSettings, OfOtherPlatformsAreRefused) {
  auto other = [](std::string const& member) {
    return ": For Lambda deployment group, " + member + " can not be specified";
  };
  expect_refused({
      {block("deploymentConfigName", R"("none")"),
       "DeploymentConfigDoesNotExistException: No deployment configuration found for name: none"},
      {block("deploymentConfigName", R"("a b")"),
       "InvalidDeploymentConfigNameException: 'a b' is no name for a deployment configuration: a "
       "name has 1 to 100 letters, digits and the characters . _ + = , @ -"},
      {block("deploymentConfigName", R"("CodeDeployDefault.OneAtATime")"),
       "InvalidDeploymentConfigNameException: Compute platform of deployment config "
       "CodeDeployDefault.OneAtATime does not match expected compute platform, correct compute "
       "platform should be Lambda."},
      {block("ec2TagFilters", R"([{"Key":"a"}])"),
       "InvalidEC2TagException" + other("ec2TagFilters")},
      {block("ec2TagSet", R"({"ec2TagSetList":[[{"Key":"a"}]]})"),
       "InvalidEC2TagCombinationException" + other("ec2TagSet")},
      {block("onPremisesInstanceTagFilters", R"([{"Key":"a"}])"),
       "InvalidTagException" + other("onPremisesInstanceTagFilters")},
      {block("onPremisesTagSet", R"({"onPremisesTagSetList":[[]]})"),
       "InvalidOnPremisesTagCombinationException" + other("onPremisesTagSet")},
      {block("autoScalingGroups", R"(["a"])"),
       "InvalidAutoScalingGroupException" + other("autoScalingGroups")},
      {block("ecsServices", R"([{"serviceName":"a"}])"),
       "InvalidECSServiceException" + other("ecsServices")},
      {block("loadBalancerInfo", R"({"elbInfoList":[{"name":"a"}]})"),
       "InvalidLoadBalancerInfoException" + other("loadBalancerInfo")},
      {block("blueGreenDeploymentConfiguration", "{}"),
       "InvalidBlueGreenDeploymentConfigurationException" +
           other("blueGreenDeploymentConfiguration")},
  });
  std::string const style =
      "InvalidDeploymentStyleException: For LAMBDA deployment, the deployment type must be "
      "BLUE_GREEN, and deployment option must be WITH_TRAFFIC_CONTROL.";
  for (auto const* wrong :
       {R"({"deploymentType":"IN_PLACE","deploymentOption":"WITH_TRAFFIC_CONTROL"})",
        R"({"deploymentType":"BLUE_GREEN","deploymentOption":"WITHOUT_TRAFFIC_CONTROL"})",
        R"({"deploymentType":"BLUE_GREEN"})", "{}"})
    EXPECT_EQ(refusal(update, updated(block("deploymentStyle", wrong))), style) << wrong;
}

TEST_F(GroupSettings, AboutAlarmsAndRollbacksAreRefused) {
  std::string const alarm = "InvalidAlarmConfigException: ";
  std::string const event = "InvalidAutoRollbackConfigException: ";
  std::string fifty_one;
  for (int i = 0; i < 51; ++i)
    fifty_one += (i ? R"(,{"name":"a)" : R"({"name":"a)") + std::to_string(i) + "\"}";
  expect_refused({
      {alarms(R"({"enabled":true})"), alarm + "Alarm list cannot be null."},
      {alarms(R"({"enabled":true,"alarms":[]})"),
       alarm + "Deployment Groups need to have at least one alarms attached if they are "
               "monitored."},
      {alarms(R"({"enabled":false,"alarms":[{}]})"), alarm + "The name of an alarm is missing."},
      {alarms(R"({"enabled":true,"alarms":[null]})"), alarm + "The name of an alarm is missing."},
      {alarms(R"({"enabled":true,"alarms":[{"name":")" + std::string(256, 'a') + R"("}]})"),
       alarm + "The name of an alarm has at most 255 characters."},
      {alarms(R"({"enabled":true,"alarms":[{"name":"a"},{"name":"a"}]})"),
       alarm + "The alarm 'a' stands in the list twice."},
      {alarms(R"({"enabled":true,"alarms":[)" + fifty_one + "]}"),
       "AlarmsLimitExceededException: A deployment group has at most 50 alarms."},
      {block("autoRollbackConfiguration", R"({"enabled":true})"),
       event + "Deployment Groups need to have at least one event specified when auto rollback is "
               "enabled"},
      {block("autoRollbackConfiguration", R"({"enabled":true,"events":[]})"),
       event + "Deployment Groups need to have at least one event specified when auto rollback is "
               "enabled"},
      {block("autoRollbackConfiguration", R"({"enabled":false,"events":["BAD_WEATHER"]})"),
       event + "'BAD_WEATHER' is not valid. Valid values are [DEPLOYMENT_FAILURE, "
               "DEPLOYMENT_STOP_ON_ALARM, DEPLOYMENT_STOP_ON_REQUEST]"},
      {block("outdatedInstancesStrategy", R"("LATER")"),
       "InvalidInputException: 'LATER' is no outdatedInstancesStrategy. Valid values are [UPDATE, "
       "IGNORE]"},
  });
}

TEST_F(GroupSettings, AboutTriggersAreRefused) {
  std::string eleven;
  for (int i = 0; i < 11; ++i)
    eleven += (i ? "," : "") + trigger("n" + std::to_string(i), "t" + std::to_string(i));
  expect_refused({
      {triggers(R"({"triggerName":"a","triggerTargetArn":"arn:aws:sns:us-east-1:123456789012:t",)"
                R"("triggerEvents":["DeploymentStart"]})"),
       "InvalidTriggerConfigException: Topic ARN arn:aws:sns:us-east-1:123456789012:t is not "
       "valid"},
      {triggers(R"({"triggerName":"a","triggerEvents":["DeploymentStart"]})"),
       "InvalidTriggerConfigException: Topic ARN  is not valid"},
      {triggers(eleven),
       "TriggerTargetsLimitExceededException: Deployment Groups cannot contain more than 10 "
       "TriggerTargets."},
      {triggers(trigger("a", "t") + "," + trigger("a", "u")),
       "InvalidTriggerConfigException: Duplicate Trigger target name detected"},
      {triggers(trigger("a", "t") + "," + trigger("b", "t")),
       "InvalidTriggerConfigException: Duplicate Trigger target arn detected"},
      {triggers(trigger("", "t")), "InvalidTriggerConfigException: A trigger needs a name."},
      {triggers(trigger("a", "t", "[]")),
       "InvalidTriggerConfigException: The trigger 'a' needs at least one event."},
      {triggers(trigger("a", "t", R"(["TeaTime"])")),
       "InvalidTriggerConfigException: 'TeaTime' is no event of triggers."},
  });
}

TEST_F(GroupsErrors, ComeInTheOrderOfTheService) {
  create_application();
  // Everything is wrong; what is mended lets the next one be seen.
  std::string const rest = triggers(R"({"triggerTargetArn":"t"})") + alarms(R"({"enabled":true})") +
                           block("autoRollbackConfiguration", R"({"enabled":true})");
  std::string const role = block("serviceRoleArn", R"("arn:aws:iam::123456789012:role/r")");
  std::string const style =
      block("deploymentStyle",
            R"({"deploymentType":"BLUE_GREEN","deploymentOption":"WITH_TRAFFIC_CONTROL"})");
  auto type = [&](std::string const& body) {
    auto told = refusal(create, body);
    return told.substr(0, told.find(':'));
  };
  auto body = [](std::string const& application, std::string const& more) {
    return R"({"applicationName":")" + application + R"(","deploymentGroupName":"x")" + more + "}";
  };
  std::string const unknown = block("deploymentConfigName", R"("none")");
  EXPECT_EQ(type(body("none", rest + unknown)), "RoleRequiredException");
  EXPECT_EQ(type(body("none", role + rest + unknown)), "ApplicationDoesNotExistException");
  EXPECT_EQ(type(body("shop", role + rest + unknown)), "DeploymentConfigDoesNotExistException");
  EXPECT_EQ(type(body("shop", role + rest)), "InvalidDeploymentStyleException");
  EXPECT_EQ(type(body("shop", role + style + rest)), "InvalidTriggerConfigException");
}

TEST_F(GroupsErrors, SayThatThereAreEnough) {
  create_application();
  auto region = process().registry.in("eu-west-1");
  auto application = region.application("shop").value();
  for (int i = 0; i < 1000; ++i) {
    Group group;
    group.name = "g" + std::to_string(i);
    ASSERT_TRUE(region.create_group(*application, group).value());
  }
  EXPECT_EQ(refusal(create, group_body("x")),
            "DeploymentGroupLimitExceededException: The application shop has 1000 deployment "
            "groups already.");
  std::string names;
  for (int i = 0; i < 101; ++i) names += (i ? ",\"g" : "\"g") + std::to_string(i) + "\"";
  EXPECT_EQ(refusal("BatchGetDeploymentGroups",
                    R"({"applicationName":"shop","deploymentGroupNames":[)" + names + "]}"),
            "BatchLimitExceededException: At most 100 deployment groups can be asked for at once.");
}

}  // namespace
}  // namespace sluice::server::codedeploy
