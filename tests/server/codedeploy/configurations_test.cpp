#include "dialect/codedeploy/configurations.hpp"

#include "server/codedeploy/stage.hpp"

namespace sluice::server::codedeploy {
namespace {

using testing::MatchesRegex;
using testing::SizeIs;

std::string const create = "CreateDeploymentConfig";
std::string const type = "InvalidTrafficRoutingConfigurationException: ";

class ConfigurationsTest : public FaceStage {
 protected:
  static std::string body(std::string const& name, std::string const& more) {
    return R"({"deploymentConfigName":")" + name + R"(","computePlatform":"Lambda")" + more + "}";
  }
  static std::string canary(int percentage, int minutes) {
    return R"(,"trafficRoutingConfig":{"type":"TimeBasedCanary","timeBasedCanary":)"
           R"({"canaryPercentage":)" +
           std::to_string(percentage) + R"(,"canaryInterval":)" + std::to_string(minutes) + "}}";
  }
  static std::string linear(int percentage, int minutes) {
    return R"(,"trafficRoutingConfig":{"type":"TimeBasedLinear","timeBasedLinear":)"
           R"({"linearPercentage":)" +
           std::to_string(percentage) + R"(,"linearInterval":)" + std::to_string(minutes) + "}}";
  }
  json::Value info(std::string const& name) {
    return ask("GetDeploymentConfig",
               R"({"deploymentConfigName":")" + name + R"("})")["deploymentConfigInfo"];
  }
};

TEST_F(ConfigurationsTest, AnAccountHasTheSeventeenPredefinedOnes) {
  auto names = ask("ListDeploymentConfigs", "{}")["deploymentConfigsList"];
  ASSERT_THAT(names.items(), SizeIs(17));
  EXPECT_TRUE(std::ranges::is_sorted(names.items(), {},
                                     [](json::Value const& name) { return name.as_string(); }));
  for (auto const& name : names.items()) {
    auto one = info(name.as_string());
    EXPECT_EQ(one["deploymentConfigName"], name);
    EXPECT_THAT(one["deploymentConfigId"].as_string(),
                MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}"));
    bool const server = one["computePlatform"].as_string() == "Server";
    EXPECT_EQ(one.contains("minimumHealthyHosts"), server);
    EXPECT_EQ(one.contains("trafficRoutingConfig"), !server);
  }
  EXPECT_EQ(info("CodeDeployDefault.LambdaCanary10Percent5Minutes")["trafficRoutingConfig"].dump(),
            R"({"type":"TimeBasedCanary","timeBasedCanary":{"canaryPercentage":10,)"
            R"("canaryInterval":5}})");
  EXPECT_EQ(info("CodeDeployDefault.LambdaAllAtOnce")["trafficRoutingConfig"].dump(),
            R"({"type":"AllAtOnce"})");
}

TEST_F(ConfigurationsTest, OnesOwnAreKeptAsTheyWereGiven) {
  auto made = ask("CreateDeploymentConfig", body("Mine", linear(20, 3)));
  auto one = info("Mine");
  EXPECT_EQ(one["deploymentConfigId"], made["deploymentConfigId"]);
  EXPECT_EQ(one["computePlatform"].as_string(), "Lambda");
  // A block or a rule of another platform would be a difference for Terraform.
  EXPECT_EQ(one["trafficRoutingConfig"].dump(),
            R"({"type":"TimeBasedLinear","timeBasedLinear":{"linearPercentage":20,)"
            R"("linearInterval":3}})");
  EXPECT_FALSE(one.contains("minimumHealthyHosts"));
  auto names = ask("ListDeploymentConfigs", "{}")["deploymentConfigsList"];
  ASSERT_THAT(names.items(), SizeIs(18));
  EXPECT_EQ(names.items().back().as_string(), "Mine");
  ask("DeleteDeploymentConfig", R"({"deploymentConfigName":"Mine"})");
  EXPECT_THAT(ask("ListDeploymentConfigs", "{}")["deploymentConfigsList"].items(), SizeIs(17));
}

TEST_F(ConfigurationsTest, TheReservedPrefixHasItsDotAndItsCase) {
  ask("CreateDeploymentConfig", body("CodeDeployDefaultFoo", canary(10, 5)));
  ask("CreateDeploymentConfig", body("codedeploydefault.Foo", canary(10, 5)));
}

TEST_F(ConfigurationsTest, BoundsAreThoseThatWereMeasured) {
  int count = 0;
  auto told = [&](std::string const& routing) {
    return refusal("CreateDeploymentConfig", body("c" + std::to_string(++count), routing))
        .substr(0, 3);
  };
  for (auto [percentage, minutes] :
       {std::pair{99, 2880}, {67, 2880}, {50, 1440}, {34, 1440}, {33, 960}, {10, 288}, {1, 28}}) {
    EXPECT_EQ(told(linear(percentage, minutes)), "200") << percentage << " " << minutes;
    EXPECT_EQ(told(linear(percentage, minutes + 1)), "Inv") << percentage << " " << minutes + 1;
  }
  EXPECT_EQ(told(canary(99, 2880)), "200");
  EXPECT_EQ(told(canary(1, 1)), "200");
}

TEST_F(ConfigurationsTest, RefuseRoutingsWordByWord) {
  std::string const percentage = type + "Valid traffic routing percentage is from 1 to 99";
  std::string const interval = type + "Canary interval must be between 1 and 2880 minutes (2 days)";
  std::string const total =
      type +
      "Total Traffic shifting intervals must be positive integers up to 2880 minutes (2 "
      "days)";
  std::string const both = R"("timeBasedCanary":{"canaryPercentage":10,"canaryInterval":5},)"
                           R"("timeBasedLinear":{"linearPercentage":10,"linearInterval":5})";
  auto routing = [](std::string const& text) {
    return R"(,"trafficRoutingConfig":{)" + text + "}";
  };
  expect_rows({
      {create, body("x", ""),
       type + "Traffic routing configuration cannot be null nor empty for deployment "
              "configurations on this platform"},
      {create, body("x", R"(,"trafficRoutingConfig":{})"),
       type + "Traffic routing configuration cannot be null nor empty for deployment "
              "configurations on this platform"},
      {create, body("x", routing(R"("type":"Sudden")")),
       type + "Traffic routing type 'Sudden' is not valid. Valid values are [TimeBasedCanary, "
              "TimeBasedLinear, AllAtOnce]"},
      {create, body("x", routing(R"("type":"AllAtOnce",)" + both)),
       type + "TimeBasedCanaryConfiguration should be null for AllAtOnce type"},
      {create, body("x", routing(R"("type":"TimeBasedCanary",)" + both)),
       type + "TimeBasedLinearConfiguration should be null for TimeBasedCanary type"},
      {create, body("x", routing(R"("type":"TimeBasedLinear",)" + both)),
       type + "TimeBasedCanaryConfiguration should be null for TimeBasedLinear type"},
      {create, body("x", routing(R"("type":"TimeBasedCanary")")),
       type + "TimeBasedCanaryConfiguration should not be null for TimeBasedCanary type"},
      {create, body("x", routing(R"("type":"TimeBasedLinear")")),
       type + "TimeBasedLinearConfiguration should not be null for TimeBasedLinear type"},
      {create, body("x", canary(0, 5)), percentage},
      {create, body("x", canary(100, 5)), percentage},
      {create, body("x", linear(0, 5)), percentage},
      {create, body("x", linear(100, 5)), percentage},
      {create, body("x", canary(10, 0)), interval},
      {create, body("x", canary(10, 2881)), interval},
      {create, body("x", linear(10, 0)), total},
      {create, body("x", linear(10, 289)), total},
  });
}

TEST_F(ConfigurationsTest, RefuseTheRestWordByWord) {
  ask("CreateDeploymentConfig", body("Mine", canary(10, 5)));
  create_application();
  create_group("live", R"(,"deploymentConfigName":"Mine")");
  expect_rows({
      {create, "{}",
       "DeploymentConfigNameRequiredException: The deployment configuration name is missing."},
      {create, R"({"deploymentConfigName":"a b"})",
       "InvalidDeploymentConfigNameException: 'a b' is no name for a deployment configuration: a "
       "name has 1 to 100 letters, digits and the characters . _ + = , @ -"},
      {create, R"({"deploymentConfigName":"CodeDeployDefault.Mine"})",
       "InvalidDeploymentConfigNameException: The prefix CodeDeployDefault. is reserved for "
       "predefined configuration names"},
      {create, body("Mine", canary(10, 5)),
       "DeploymentConfigAlreadyExistsException: There is a deployment configuration named Mine "
       "already."},
      {create, R"({"deploymentConfigName":"x","computePlatform":"lambda"})",
       "InvalidComputePlatformException: ComputePlatform 'lambda' is not valid. Valid values are "
       "[Lambda]"},
      {create, R"({"deploymentConfigName":"x","minimumHealthyHosts":{"type":"HOST_COUNT"}})",
       "InvalidComputePlatformException: A deployment configuration of the compute platform "
       "'Server' cannot be kept here: this server deploys Lambda functions. Send computePlatform "
       "'Lambda'."},
      {create, R"({"deploymentConfigName":"x","trafficRoutingConfig":{"type":"AllAtOnce"}})",
       type + "Traffic routing configuration should be null for Server deployment configuration"},
      {create, body("x", canary(10, 5) + R"(,"minimumHealthyHosts":{"type":"HOST_COUNT"})"),
       "InvalidMinimumHealthyHostValueException: minimum healthy hosts should be null for Lambda "
       "deployment configuration"},
      {create, body("x", canary(10, 5) + R"(,"zonalConfig":{})"),
       "InvalidZonalDeploymentConfigurationException: Zonal deployments are only supported with "
       "EC2 deployments."},
      {"GetDeploymentConfig", "{}",
       "DeploymentConfigNameRequiredException: The deployment configuration name is missing."},
      {"GetDeploymentConfig", R"({"deploymentConfigName":"none"})",
       "DeploymentConfigDoesNotExistException: No deployment configuration found for name: none"},
      {"ListDeploymentConfigs", R"({"nextToken":"x"})",
       "InvalidNextTokenException: The next token is none of this list."},
      {"DeleteDeploymentConfig", "{}",
       "DeploymentConfigNameRequiredException: The deployment configuration name is missing."},
      {"DeleteDeploymentConfig", R"({"deploymentConfigName":"CodeDeployDefault.LambdaAllAtOnce"})",
       "InvalidOperationException: The predefined deployment configuration "
       "CodeDeployDefault.LambdaAllAtOnce cannot be deleted."},
      {"DeleteDeploymentConfig", R"({"deploymentConfigName":"Mine"})",
       "DeploymentConfigInUseException: The deployment configuration Mine is used by the "
       "deployment group shop/live."},
      {"DeleteDeploymentConfig", R"({"deploymentConfigName":"none"})", "200 "},
  });
}

TEST_F(ConfigurationsTest, FiftyAreEnough) {
  for (int i = 0; i < 50; ++i)
    ask("CreateDeploymentConfig", body("c" + std::to_string(i), canary(10, 5)));
  EXPECT_EQ(refusal("CreateDeploymentConfig", body("x", canary(10, 5))),
            "DeploymentConfigLimitExceededException: There are 50 deployment configurations of "
            "your own in this Region already.");
}

}  // namespace
}  // namespace sluice::server::codedeploy
