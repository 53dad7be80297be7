#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/fakes.hpp"
#include "aws/lambda.hpp"
#include "aws/session.hpp"

namespace sluice::aws {
namespace {

using ::testing::HasSubstr;

constexpr char const* config_path = "/home/user/.aws/config";
constexpr char const* credentials_path = "/home/user/.aws/credentials";

struct Chosen {
  std::string key, from, error, hint;
};

/// What the chain chooses: the key that is used first, or the error.
Chosen choose(HeldEnvironment environment, std::optional<std::string> profile = {}) {
  environment.variables.try_emplace("AWS_REGION", "eu-west-1");
  fake::World world;
  SessionOptions options;
  options.profile = std::move(profile);
  auto session = open_session(options, environment, world.ports());
  if (!session) return {"", "", session.error().message, session.error().hint};
  world.client.answer(403, "<ErrorResponse/>");
  auto keys = session->caller.provider().get({});
  return {keys ? keys->access_key_id : "", session->credentials_from, "", ""};
}

HeldEnvironment with_files(std::string config, std::string credentials = "") {
  HeldEnvironment environment;
  environment.files[config_path] = std::move(config);
  if (!credentials.empty()) environment.files[credentials_path] = std::move(credentials);
  return environment;
}

HeldEnvironment with_keys(HeldEnvironment environment = {}) {
  environment.variables["AWS_ACCESS_KEY_ID"] = "ENVKEY";
  environment.variables["AWS_SECRET_ACCESS_KEY"] = "s";
  return environment;
}

std::string const file_keys = "[default]\naws_access_key_id = FILEKEY\naws_secret_access_key = s\n";

TEST(Chain, EnvironmentComesBeforeFiles) {
  Chosen chosen = choose(with_keys(with_files("", file_keys)));
  EXPECT_EQ(chosen.key, "ENVKEY");
  EXPECT_EQ(chosen.from, "environment variables");
}

TEST(Chain, AnExplicitProfileComesBeforeTheEnvironment) {
  Chosen chosen = choose(with_keys(with_files("", file_keys)), "default");
  EXPECT_EQ(chosen.key, "FILEKEY");
  EXPECT_EQ(chosen.from, "profile 'default'");
}

TEST(Chain, AProfileOfTheEnvironmentDoesNot) {
  HeldEnvironment environment = with_keys(with_files("", file_keys));
  environment.variables["AWS_PROFILE"] = "default";
  EXPECT_EQ(choose(environment).key, "ENVKEY");
}

TEST(Chain, KeysOfTheConfigFileCount) { EXPECT_EQ(choose(with_files(file_keys)).key, "FILEKEY"); }

TEST(Chain, SessionTokenAndAccountComeAlong) {
  HeldEnvironment environment = with_keys();
  environment.variables["AWS_SESSION_TOKEN"] = "token";
  environment.variables["AWS_ACCOUNT_ID"] = "123456789012";
  environment.variables["AWS_REGION"] = "eu-west-1";
  fake::World world;
  auto session = open_session({}, environment, world.ports());
  ASSERT_TRUE(session);
  auto keys = session->caller.provider().get({});
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->session_token.open(), "token");
  EXPECT_EQ(keys->account, "123456789012");
}

TEST(Chain, HalfAKeyIsAnError) {
  HeldEnvironment environment = with_files("", file_keys);
  environment.variables["AWS_ACCESS_KEY_ID"] = "ENVKEY";
  EXPECT_EQ(choose(environment).error, "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not");
  EXPECT_EQ(choose(with_files("[default]\naws_access_key_id = a\n")).error,
            "profile 'default' has only one of aws_access_key_id and aws_secret_access_key");
}

TEST(Chain, NothingFoundSaysWhatWasLookedAt) {
  Chosen chosen = choose({});
  EXPECT_EQ(chosen.error,
            "no AWS credentials found: looked at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (not "
            "set) and at profile 'default' in /home/user/.aws/config (not there) and "
            "/home/user/.aws/credentials (not there); credentials of an EC2 instance are not "
            "supported by this version");
  EXPECT_EQ(chosen.hint,
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --profile or "
            "AWS_PROFILE.");
}

TEST(Chain, AnUnknownProfileIsNotPassedOver) {
  Chosen chosen =
      choose(with_files("[profile staging]\nregion = eu-west-1\n", file_keys), "stagin");
  EXPECT_EQ(chosen.error,
            "there is no profile 'stagin' (from --profile) in /home/user/.aws/config and "
            "/home/user/.aws/credentials");
  EXPECT_EQ(chosen.hint, "Did you mean 'staging'?");
}

TEST(Chain, WhatIsNotSupportedIsRefusedByName) {
  struct Case {
    std::string setting, what;
  };
  Case cases[] = {{"sso_session = corp", "sso_session, but IAM Identity Center (SSO)"},
                  {"sso_start_url = https://x", "sso_start_url, but IAM Identity Center (SSO)"},
                  {"credential_process = /bin/x", "credential_process, but credential programs"},
                  {"web_identity_token_file = /t", "web_identity_token_file, but web identity"},
                  {"login_session = x", "login_session, but console login sessions"},
                  {"mfa_serial = arn\nrole_arn = r\nsource_profile = x",
                   "mfa_serial, but asking for an MFA code"}};
  for (Case const& each : cases) {
    // Static keys beside it must not hide the request.
    Chosen chosen = choose(with_files("[default]\n" + each.setting + "\n", file_keys));
    EXPECT_THAT(chosen.error, HasSubstr("profile 'default' sets " + each.what)) << each.setting;
    EXPECT_THAT(chosen.error, HasSubstr("supported by this version"));
    EXPECT_THAT(chosen.hint, HasSubstr("AWS_SESSION_TOKEN"));
  }
}

TEST(Chain, UnsupportedVariablesAreRefusedWhereTheirTurnComes) {
  HeldEnvironment environment = with_files("", file_keys);
  environment.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/t";
  EXPECT_EQ(choose(environment).error,
            "AWS_WEB_IDENTITY_TOKEN_FILE is set, but web identity tokens are not supported by this "
            "version");
  EXPECT_EQ(choose(with_keys(environment)).key, "ENVKEY");
  HeldEnvironment container;
  container.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1/";
  EXPECT_EQ(
      choose(container).error,
      "AWS_CONTAINER_CREDENTIALS_FULL_URI is set, but container credentials are not supported "
      "by this version");
}

TEST(Chain, RoleSettingsThatDoNotWork) {
  std::string const role = "role_arn = arn:aws:iam::123456789012:role/deploy\n";
  struct Case {
    std::string config, error;
  };
  Case cases[] = {
      {"[default]\n" + role, "profile 'default' has a role_arn but says not who assumes it"},
      {"[default]\nsource_profile = x\n",
       "profile 'default' names a source for a role but no role_arn"},
      {"[default]\n" + role + "source_profile = base\n",
       "there is no profile 'base' (from source_profile of profile 'default') in "
       "/home/user/.aws/config and /home/user/.aws/credentials (not there)"},
      {"[default]\n" + role + "source_profile = base\n[profile base]\nregion = x\n",
       "profile 'default' takes its credentials from profile 'base', which has none"},
      {"[default]\n" + role + "source_profile = b\n[profile b]\n" + role +
           "source_profile = c\n[profile c]\n" + role + "source_profile = b\n",
       "the profiles lead in a circle: default -> b -> c -> b"},
      {"[default]\n" + role + "source_profile = default\n",
       "the profiles lead in a circle: default -> default"},
      {"[default]\n" + role + "credential_source = Environment\nsource_profile = b\n",
       "profile 'default' sets both source_profile and credential_source"},
      {"[default]\n" + role + "credential_source = Ec2InstanceMetadata\n",
       "profile 'default' sets credential_source = Ec2InstanceMetadata, which is not supported by "
       "this version"},
      {"[default]\n" + role + "credential_source = Environment\n",
       "profile 'default' sets credential_source = Environment, but AWS_ACCESS_KEY_ID and "
       "AWS_SECRET_ACCESS_KEY are not set"},
      {file_keys + role + "source_profile = default\nduration_seconds = 1h\n",
       "profile 'default': duration_seconds = 1h is not a number"},
      {file_keys + role + "source_profile = default\nduration_seconds = 60\n",
       "role arn:aws:iam::123456789012:role/deploy: a session of 60 seconds is not possible"},
      {file_keys + "role_arn = deploy\nsource_profile = default\n",
       "role deploy: this is no ARN of a role"},
      {file_keys + role + "source_profile = default\nrole_session_name = a b\n",
       "role arn:aws:iam::123456789012:role/deploy: the session name 'a b' is not possible"},
  };
  for (Case const& each : cases) EXPECT_EQ(choose(with_files(each.config)).error, each.error);
}

std::string assumed(std::string const& key) {
  return "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
         "<AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/deploy/s"
         "</Arn></AssumedRoleUser><Credentials><AccessKeyId>" +
         key +
         "</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>"
         "<Expiration>2026-01-02T04:04:05Z</Expiration></Credentials></AssumeRoleResult>"
         "</AssumeRoleResponse>";
}

TEST(Chain, RolesOnRolesAreAssumedInOrder) {
  HeldEnvironment environment = with_files(
      "[profile outer]\nrole_arn = arn:aws:iam::222222222222:role/outer\nsource_profile = inner\n"
      "external_id = ticket-7\nrole_session_name = ci\nduration_seconds = 900\n"
      "[profile inner]\nrole_arn = arn:aws:iam::111111111111:role/inner\nsource_profile = base\n",
      "[base]\naws_access_key_id = BASE\naws_secret_access_key = s\n");
  environment.variables["AWS_REGION"] = "eu-west-1";
  fake::World world;
  SessionOptions options;
  options.profile = "outer";
  auto session = open_session(options, environment, world.ports());
  ASSERT_TRUE(session) << session.error().text();
  EXPECT_EQ(session->credentials_from,
            "profile 'outer' (role arn:aws:iam::222222222222:role/outer)");
  EXPECT_TRUE(world.client.requests.empty());

  world.client.answer(200, assumed("INNER"));
  world.client.answer(200, assumed("OUTER"));
  world.client.answer(200, "{}");
  ASSERT_TRUE(Lambda(session->caller, "eu-west-1").get_alias("orders", "live"));
  auto key_of = [&](std::size_t i) {
    return world.client.requests.at(i).headers.get("authorization");
  };
  EXPECT_THAT(key_of(0), HasSubstr("Credential=BASE/20260102/eu-west-1/sts/"));
  EXPECT_THAT(key_of(1), HasSubstr("Credential=INNER/"));
  EXPECT_THAT(key_of(2), HasSubstr("Credential=OUTER/20260102/eu-west-1/lambda/"));
  EXPECT_EQ(world.client.requests.at(0).url, "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(world.client.bodies.at(1),
            "Action=AssumeRole&Version=2011-06-15&"
            "RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Fouter&RoleSessionName=ci&"
            "DurationSeconds=900&ExternalId=ticket-7");
}

TEST(Chain, AProfileMayAssumeWithItsOwnKeys) {
  Chosen chosen = choose(with_files(
      file_keys + "role_arn = arn:aws:iam::123456789012:role/d\nsource_profile = default\n"));
  EXPECT_EQ(chosen.error, "");
  EXPECT_EQ(chosen.from, "profile 'default' (role arn:aws:iam::123456789012:role/d)");
}

TEST(Session, RetrySettings) {
  struct Case {
    std::string mode, attempts, error;
    int expected;
  };
  Case cases[] = {{"", "", "", 3},
                  {"legacy", "", "", 5},
                  {"adaptive", "", "", 3},
                  {"standard", "7", "", 7},
                  {"fast", "", "'fast' from AWS_RETRY_MODE is no retry mode", 0},
                  {"", "0", "'0' from AWS_MAX_ATTEMPTS is no number of attempts", 0},
                  {"", "3x", "'3x' from AWS_MAX_ATTEMPTS is no number of attempts", 0}};
  for (Case const& each : cases) {
    HeldEnvironment environment = with_keys();
    environment.variables["AWS_REGION"] = "eu-west-1";
    environment.variables["AWS_RETRY_MODE"] = each.mode;
    environment.variables["AWS_MAX_ATTEMPTS"] = each.attempts;
    fake::World world;
    auto session = open_session({}, environment, world.ports());
    ASSERT_EQ(session.has_value(), each.error.empty()) << each.error;
    if (session) {
      EXPECT_EQ(session->caller.options().retry.attempts(), each.expected);
    } else {
      EXPECT_EQ(session.error().message, each.error);
    }
  }
}

TEST(Session, SettingsOfTheProfile) {
  HeldEnvironment environment = with_files(
      file_keys + "region = ap-south-1\nmax_attempts = 9\ns3 =\n  addressing_style = path\n");
  fake::World world;
  auto session = open_session({}, environment, world.ports());
  ASSERT_TRUE(session) << session.error().text();
  EXPECT_EQ(session->region.region, "ap-south-1");
  EXPECT_EQ(session->region.from, "profile 'default'");
  EXPECT_EQ(session->caller.options().retry.attempts(), 9);
  EXPECT_TRUE(session->caller.options().s3_path_style);
}

}  // namespace
}  // namespace sluice::aws
