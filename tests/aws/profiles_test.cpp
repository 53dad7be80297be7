#include "aws/profiles.hpp"

#include <gtest/gtest.h>

namespace sluice::aws {
namespace {

TEST(Ini, SectionsValuesCommentsAndNestedKeys) {
  auto sections = parse_ini(
      "# a comment\n"
      "[default]\r\n"
      "region = eu-west-1   # Ireland\n"
      "password = a#b;c\n"
      "s3 =\n"
      "    addressing_style = path\n"
      "    endpoint_url = http://127.0.0.1:9000\n"
      "\n"
      "[ profile  prod ]\n"
      "Role_Arn = arn:aws:iam::123456789012:role/deploy\n"
      "token = abc==\n",
      "config");
  ASSERT_TRUE(sections) << sections.error().text();
  Section const& usual = sections->at("default");
  EXPECT_EQ(usual.get("region"), "eu-west-1");
  EXPECT_EQ(usual.get("password"), "a#b;c");
  EXPECT_EQ(usual.get("s3"), std::nullopt);
  EXPECT_EQ(usual.nested.at("s3").at("addressing_style"), "path");
  EXPECT_EQ(usual.nested.at("s3").at("endpoint_url"), "http://127.0.0.1:9000");
  EXPECT_EQ(sections->at("profile  prod").get("role_arn"), "arn:aws:iam::123456789012:role/deploy");
  EXPECT_EQ(sections->at("profile  prod").get("token"), "abc==");
}

TEST(Ini, BrokenLinesAreNamed) {
  struct Case {
    std::string text, message;
  };
  Case cases[] = {
      {"[default\n", "config:1: a section without ']'"},
      {"\nregion = x\n", "config:2: a setting before the first [section]"},
      {"[default]\nregion\n", "config:2: a line without '='"},
      {"[default]\n= x\n", "config:2: a setting without a name"},
  };
  for (Case const& each : cases) {
    auto sections = parse_ini(each.text, "config");
    ASSERT_FALSE(sections) << each.text;
    EXPECT_EQ(sections.error().message, each.message);
  }
}

TEST(Profiles, BothFilesAreOneAndTheCredentialsFileWins) {
  HeldEnvironment environment;
  environment.files["/home/user/.aws/config"] =
      "[default]\nregion = us-east-1\n"
      "[profile prod]\nregion = eu-west-1\naws_access_key_id = old\n"
      "[services local]\nlambda =\n  endpoint_url = http://127.0.0.1:1\n"
      "[sso-session corp]\nsso_region = us-east-1\n";
  environment.files["/home/user/.aws/credentials"] = "[prod]\naws_access_key_id = new\n";
  auto profiles = Profiles::read(environment);
  ASSERT_TRUE(profiles);
  EXPECT_EQ(profiles->names(), (std::vector<std::string>{"default", "prod"}));
  EXPECT_EQ(profiles->find("prod")->get("aws_access_key_id"), "new");
  EXPECT_EQ(profiles->find("prod")->get("region"), "eu-west-1");
  EXPECT_EQ(profiles->services.at("local").nested.at("lambda").at("endpoint_url"),
            "http://127.0.0.1:1");
  EXPECT_EQ(profiles->find("other"), nullptr);
}

TEST(Profiles, VariablesNameTheFiles) {
  HeldEnvironment environment;
  environment.variables = {{"AWS_CONFIG_FILE", "/etc/c"},
                           {"AWS_SHARED_CREDENTIALS_FILE", "~/mine"}};
  environment.files["/home/user/mine"] = "[default]\naws_access_key_id = a\n";
  auto profiles = Profiles::read(environment);
  ASSERT_TRUE(profiles);
  EXPECT_EQ(profiles->places(), "/etc/c (not there) and /home/user/mine");
  EXPECT_TRUE(profiles->find("default"));
}

TEST(Profiles, TheOneInForce) {
  HeldEnvironment environment;
  EXPECT_EQ(choose_profile({}, environment).name, "default");
  environment.variables["AWS_DEFAULT_PROFILE"] = "old";
  EXPECT_EQ(choose_profile({}, environment).name, "old");
  environment.variables["AWS_PROFILE"] = "prod";
  ProfileChoice choice = choose_profile({}, environment);
  EXPECT_EQ(choice.name, "prod");
  EXPECT_EQ(choice.from, "AWS_PROFILE");
  EXPECT_FALSE(choice.is_explicit);
  choice = choose_profile("mine", environment);
  EXPECT_EQ(choice.name, "mine");
  EXPECT_TRUE(choice.is_explicit);
}

TEST(Environment, AnEmptyVariableIsNotSet) {
  HeldEnvironment environment;
  environment.variables["AWS_REGION"] = "";
  EXPECT_EQ(environment.get("AWS_REGION"), std::nullopt);
  auto missing = process_environment().read_file("/no/such/file");
  ASSERT_TRUE(missing);
  EXPECT_EQ(*missing, std::nullopt);
  EXPECT_FALSE(process_environment().read_file("/"));
}

}  // namespace
}  // namespace sluice::aws
