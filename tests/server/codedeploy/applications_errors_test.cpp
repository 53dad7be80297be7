#include "server/codedeploy/stage.hpp"

/// What applications, GitHub connections and instances of servers are refused, word by word.
namespace sluice::server::codedeploy {
namespace {

using ApplicationsErrors = FaceStage;

std::string const hundred_and_one(101, 'a');

TEST_F(ApplicationsErrors, AreTheseOfApplications) {
  create_application("shop");
  create_application("tea");
  std::string const missing = "ApplicationNameRequiredException: The application name is missing.";
  std::string const wrong =
      "InvalidApplicationNameException: 'a b' is no name for an application: a name has 1 to 100 "
      "letters, digits and the characters . _ + = , @ -";
  std::string const unknown =
      "ApplicationDoesNotExistException: No application found for name: none";
  expect_rows({
      {"CreateApplication", "{}", missing},
      {"CreateApplication", R"({"applicationName":""})", missing},
      {"CreateApplication", R"({"applicationName":"a b"})", wrong},
      {"CreateApplication", R"({"applicationName":")" + hundred_and_one + R"("})",
       "InvalidApplicationNameException: '" + std::string(100, 'a') +
           "' is no name for an application: a name has 1 to 100 letters, digits and the "
           "characters . _ + = , @ -"},
      {"CreateApplication", R"({"applicationName":"shop","computePlatform":"Lambda"})",
       "ApplicationAlreadyExistsException: There is an application named shop already."},
      {"CreateApplication", R"({"applicationName":"x","computePlatform":"EC2"})",
       "InvalidComputePlatformException: ComputePlatform 'EC2' is not valid. Valid values are "
       "[Lambda]"},
      {"CreateApplication", R"({"applicationName":"x"})",
       "InvalidComputePlatformException: An application of the compute platform 'Server' cannot be "
       "kept here: this server deploys Lambda functions. Send computePlatform 'Lambda'."},
      {"CreateApplication", R"({"applicationName":"x","computePlatform":"ECS"})",
       "InvalidComputePlatformException: An application of the compute platform 'ECS' cannot be "
       "kept here: this server deploys Lambda functions. Send computePlatform 'Lambda'."},
      {"CreateApplication",
       R"({"applicationName":"x","computePlatform":"Lambda","tags":[{"Key":"aws:x"}]})",
       "InvalidTagsToAddException: Keys of tags that begin with 'aws:' are reserved: 'aws:x'."},
      {"GetApplication", "{}", missing},
      {"GetApplication", R"({"applicationName":"a b"})", wrong},
      {"GetApplication", R"({"applicationName":"none"})", unknown},
      {"GetApplication", R"({"applicationName":"Shop"})",
       "ApplicationDoesNotExistException: No application found for name: Shop"},
      {"BatchGetApplications", "{}",
       "ApplicationNameRequiredException: At least one application name is needed."},
      {"BatchGetApplications", R"({"applicationNames":[]})",
       "ApplicationNameRequiredException: At least one application name is needed."},
      {"BatchGetApplications", R"({"applicationNames":["shop","a b"]})", wrong},
      {"BatchGetApplications", R"({"applicationNames":["shop",null]})", missing},
      {"BatchGetApplications", R"({"applicationNames":["shop","none"]})", unknown},
      {"ListApplications", R"({"nextToken":"x"})",
       "InvalidNextTokenException: The next token is none of this list."},
      {"UpdateApplication", "{}", missing},
      {"UpdateApplication", R"({"applicationName":"shop"})", missing},
      {"UpdateApplication", R"({"applicationName":"shop","newApplicationName":"a b"})", wrong},
      {"UpdateApplication", R"({"applicationName":"a b","newApplicationName":"x"})", wrong},
      {"UpdateApplication", R"({"applicationName":"none","newApplicationName":"x"})", unknown},
      {"UpdateApplication", R"({"applicationName":"shop","newApplicationName":"tea"})",
       "ApplicationAlreadyExistsException: There is an application named tea already."},
      {"DeleteApplication", "{}", missing},
      {"DeleteApplication", R"({"applicationName":"a b"})", wrong},
      {"DeleteApplication", R"({"applicationName":"none"})", "200 "},
  });
}

TEST_F(ApplicationsErrors, SayWhichBatchIsTooLarge) {
  std::string names;
  for (int i = 0; i < 101; ++i) names += (i ? ",\"a" : "\"a") + std::to_string(i) + "\"";
  EXPECT_EQ(refusal("BatchGetApplications", R"({"applicationNames":[)" + names + "]}"),
            "BatchLimitExceededException: At most 100 applications can be asked for at once.");
}

TEST_F(ApplicationsErrors, SayThatThereAreEnough) {
  options_.rate = {.per_second = 1000, .burst = 2000};
  for (int i = 0; i < 1000; ++i) {
    auto made = process().registry.in("eu-west-1").create_application("a" + std::to_string(i), {});
    ASSERT_TRUE(made && *made);
  }
  EXPECT_EQ(refusal("CreateApplication", R"({"applicationName":"x","computePlatform":"Lambda"})"),
            "ApplicationLimitExceededException: There are 1000 applications in this Region "
            "already.");
}

TEST_F(ApplicationsErrors, AreTheseOfWhatBelongsToServers) {
  std::string const no_name = "InstanceNameRequiredException: The name of an instance is missing.";
  std::string const not_registered =
      "InstanceNotRegisteredException: The on-premises instance i-1 is not registered: this server "
      "deploys Lambda functions, and has no instances.";
  expect_rows({
      {"ListGitHubAccountTokenNames", "{}", R"(200 {"tokenNameList":[]})"},
      {"ListGitHubAccountTokenNames", R"({"nextToken":"x"})",
       "InvalidNextTokenException: The next token is none of this list."},
      {"DeleteGitHubAccountToken", "{}",
       "GitHubAccountTokenNameRequiredException: The name of the connection is missing."},
      {"DeleteGitHubAccountToken", R"({"tokenName":"me"})",
       "GitHubAccountTokenDoesNotExistException: No GitHub account connection found for name: me"},
      {"ListOnPremisesInstances", "{}", R"(200 {"instanceNames":[]})"},
      {"ListOnPremisesInstances", R"({"registrationStatus":"Gone"})",
       "InvalidRegistrationStatusException: 'Gone' is not valid. Valid values are [Registered, "
       "Deregistered]"},
      {"ListOnPremisesInstances", R"({"registrationStatus":"Registered","nextToken":"x"})",
       "InvalidNextTokenException: The next token is none of this list."},
      {"BatchGetOnPremisesInstances", R"({"instanceNames":["i-1"]})",
       R"(200 {"instanceInfos":[]})"},
      {"BatchGetOnPremisesInstances", "{}",
       "InstanceNameRequiredException: At least one instance is needed."},
      {"BatchGetOnPremisesInstances", R"({"instanceNames":["a b"]})",
       "InvalidInstanceNameException: 'a b' is no name for an instance."},
      {"GetOnPremisesInstance", "{}", no_name},
      {"GetOnPremisesInstance", R"({"instanceName":"i-1"})", not_registered},
      {"DeregisterOnPremisesInstance", R"({"instanceName":"i-1"})", not_registered},
      {"RegisterOnPremisesInstance", "{}", no_name},
      {"RegisterOnPremisesInstance", R"({"instanceName":"i-1"})",
       "OperationNotSupportedException: The on-premises instance i-1 cannot be registered: this "
       "server deploys Lambda functions."},
      {"AddTagsToOnPremisesInstances", R"({"instanceNames":["i-1"]})",
       "TagRequiredException: At least one tag is needed."},
      {"AddTagsToOnPremisesInstances", R"({"instanceNames":["i-1"],"tags":[{"Key":"a"}]})",
       not_registered},
      {"RemoveTagsFromOnPremisesInstances", R"({"instanceNames":["i-1"],"tags":[{"Key":"a"}]})",
       not_registered},
      {"RemoveTagsFromOnPremisesInstances", R"({"tags":[{"Key":"a"}]})",
       "InstanceNameRequiredException: At least one instance is needed."},
  });
  std::string names;
  for (int i = 0; i < 26; ++i) names += (i ? ",\"i" : "\"i") + std::to_string(i) + "\"";
  EXPECT_EQ(refusal("BatchGetOnPremisesInstances", R"({"instanceNames":[)" + names + "]}"),
            "BatchLimitExceededException: At most 25 instances can be asked for at once.");
}

}  // namespace
}  // namespace sluice::server::codedeploy
