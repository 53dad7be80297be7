#include "aws/endpoints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::aws {
namespace {

TEST(Endpoints, StandardHosts) {
  struct Case {
    Service service;
    std::string region;
    bool fips, dual;
    std::string host;
  };
  Case cases[] = {
      {Service::lambda, "eu-west-1", false, false, "lambda.eu-west-1.amazonaws.com"},
      {Service::lambda, "us-east-1", true, false, "lambda-fips.us-east-1.amazonaws.com"},
      {Service::lambda, "eu-west-1", false, true, "lambda.eu-west-1.api.aws"},
      {Service::lambda, "us-east-1", true, true, "lambda-fips.us-east-1.api.aws"},
      {Service::lambda, "cn-north-1", false, false, "lambda.cn-north-1.amazonaws.com.cn"},
      {Service::lambda, "eusc-de-east-1", false, false, "lambda.eusc-de-east-1.amazonaws.eu"},
      {Service::lambda, "us-iso-east-1", false, false, "lambda.us-iso-east-1.c2s.ic.gov"},
      {Service::lambda, "us-isob-east-1", false, false, "lambda.us-isob-east-1.sc2s.sgov.gov"},
      {Service::lambda, "us-isof-east-1", false, false, "lambda.us-isof-east-1.csp.hci.ic.gov"},
      {Service::lambda, "eu-isoe-west-1", false, false, "lambda.eu-isoe-west-1.cloud.adc-e.uk"},
      {Service::lambda, "zz-new-9", false, false, "lambda.zz-new-9.amazonaws.com"},
      {Service::s3, "eu-west-1", false, false, "s3.eu-west-1.amazonaws.com"},
      {Service::s3, "us-east-1", true, false, "s3-fips.us-east-1.amazonaws.com"},
      {Service::s3, "us-east-1", false, true, "s3.dualstack.us-east-1.amazonaws.com"},
      {Service::s3, "us-east-1", true, true, "s3-fips.dualstack.us-east-1.amazonaws.com"},
      {Service::sts, "us-gov-west-1", true, false, "sts.us-gov-west-1.amazonaws.com"},
      {Service::sts, "us-east-1", true, false, "sts-fips.us-east-1.amazonaws.com"},
      {Service::cloudwatch, "eu-west-1", false, false, "monitoring.eu-west-1.amazonaws.com"},
      {Service::cloudwatch, "us-gov-west-1", true, false, "monitoring.us-gov-west-1.amazonaws.com"},
      {Service::ecr, "eu-west-1", false, false, "api.ecr.eu-west-1.amazonaws.com"},
      {Service::ecr, "us-east-1", true, false, "ecr-fips.us-east-1.amazonaws.com"},
      {Service::ecr, "eu-west-1", false, true, "ecr.eu-west-1.api.aws"},
  };
  for (Case const& each : cases)
    EXPECT_EQ(standard_host(each.service, each.region, {each.fips, each.dual}), each.host);
  EXPECT_FALSE(standard_host(Service::s3, "cn-north-1", {true, false}));
}

TEST(Endpoints, OrderOfOverrides) {
  HeldEnvironment environment;
  Profiles profiles;
  profiles.config_path = "config";
  profiles.services["dev"].nested["lambda"]["endpoint_url"] = "http://services:1";
  Section profile;
  Endpoints::Given given;
  auto place = [&](Service service = Service::lambda) {
    auto endpoints = Endpoints::read(given, environment, profiles, &profile);
    return endpoints ? endpoints->find(service, "eu-west-1")->authority : endpoints.error().message;
  };
  EXPECT_EQ(place(), "lambda.eu-west-1.amazonaws.com");
  profile.values["endpoint_url"] = "http://profile:1";
  EXPECT_EQ(place(), "profile:1");
  profile.values["services"] = "dev";
  EXPECT_EQ(place(), "services:1");
  EXPECT_EQ(place(Service::s3), "profile:1");
  environment.variables["AWS_ENDPOINT_URL"] = "http://variable:1";
  EXPECT_EQ(place(), "variable:1");
  environment.variables["AWS_ENDPOINT_URL_LAMBDA"] = "http://own-variable:1";
  EXPECT_EQ(place(), "own-variable:1");
  EXPECT_EQ(place(Service::s3), "variable:1");
  given.url = "http://option:1";
  EXPECT_EQ(place(), "option:1");
  given.service_urls[Service::lambda] = "http://own-option:1";
  EXPECT_EQ(place(), "own-option:1");
  environment.variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  EXPECT_EQ(place(), "own-option:1");
  given = {};
  EXPECT_EQ(place(), "lambda.eu-west-1.amazonaws.com");
  environment.variables.clear();
  profile.values["services"] = "missing";
  EXPECT_EQ(place(),
            "the profile names 'services = missing', but config has no section [services missing]");
}

TEST(Endpoints, FlagsComeFromVariablesOrTheProfile) {
  HeldEnvironment environment;
  environment.variables["AWS_USE_FIPS_ENDPOINT"] = "true";
  Section profile;
  profile.values["use_dualstack_endpoint"] = "TRUE";
  auto endpoints = Endpoints::read({}, environment, {}, &profile);
  ASSERT_TRUE(endpoints);
  EXPECT_EQ(endpoints->find(Service::lambda, "us-east-1")->host, "lambda-fips.us-east-1.api.aws");
}

TEST(Endpoints, UrlsOfSettings) {
  auto endpoint = endpoint_from_url("http://localhost:9000/base%20path/", "AWS_ENDPOINT_URL");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->scheme, "http");
  EXPECT_EQ(endpoint->authority, "localhost:9000");
  EXPECT_EQ(endpoint->prefix, std::vector<std::string>{"base path"});
  EXPECT_TRUE(endpoint->custom);
  for (auto text : {"localhost:9000", "ftp://host", "http://host/?a=b", ""}) {
    auto refused = endpoint_from_url(text, "AWS_ENDPOINT_URL");
    ASSERT_FALSE(refused) << text;
    EXPECT_THAT(refused.error().message, ::testing::HasSubstr("from AWS_ENDPOINT_URL"));
  }
}

TEST(Endpoints, APasswordInAUrlIsNotRepeated) {
  for (auto text : {"http://user:hunter2@localhost/", "ftp://user:hunter2@localhost/"}) {
    auto refused = endpoint_from_url(text, "AWS_ENDPOINT_URL");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().text().find("hunter2"), std::string::npos) << refused.error().text();
  }
}

TEST(Endpoints, HowABucketIsNamed) {
  struct Case {
    std::string url, bucket;
    bool force;
    std::string authority, path;
  };
  Case cases[] = {
      {"https://s3.eu-west-1.amazonaws.com", "artifacts", false,
       "artifacts.s3.eu-west-1.amazonaws.com", ""},
      {"https://s3.eu-west-1.amazonaws.com", "my.artifacts", false, "s3.eu-west-1.amazonaws.com",
       "my.artifacts"},
      {"https://s3.eu-west-1.amazonaws.com", "Artifacts", false, "s3.eu-west-1.amazonaws.com",
       "Artifacts"},
      {"https://s3.eu-west-1.amazonaws.com", "artifacts", true, "s3.eu-west-1.amazonaws.com",
       "artifacts"},
      {"http://127.0.0.1:9000", "artifacts", false, "127.0.0.1:9000", "artifacts"},
      {"http://[::1]:9000", "artifacts", false, "[::1]:9000", "artifacts"},
      {"http://localhost:9000", "artifacts", false, "localhost:9000", "artifacts"},
      {"http://minio.corp:9000", "artifacts", false, "artifacts.minio.corp:9000", ""},
  };
  for (Case const& each : cases) {
    BucketAddress address =
        address_bucket(endpoint_from_url(each.url, "test").value(), each.bucket, each.force);
    EXPECT_EQ(address.authority, each.authority) << each.url;
    EXPECT_EQ(address.path.empty() ? "" : address.path.back(), each.path) << each.url;
  }
}

TEST(Region, WhereItComesFrom) {
  HeldEnvironment environment;
  Section profile;
  auto choice = choose_region({}, environment, "prod", &profile);
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().message,
            "no AWS region is set: looked at --region, AWS_REGION, AWS_DEFAULT_REGION and 'region' "
            "of profile 'prod'");
  auto from = [&](std::optional<std::string> given = {}) {
    auto chosen = choose_region(given, environment, "prod", &profile);
    return chosen ? chosen->region + " from " + chosen->from : chosen.error().message;
  };
  profile.values["region"] = "us-east-1";
  EXPECT_EQ(from(), "us-east-1 from profile 'prod'");
  environment.variables["AWS_DEFAULT_REGION"] = "us-east-2";
  EXPECT_EQ(from(), "us-east-2 from AWS_DEFAULT_REGION");
  environment.variables["AWS_REGION"] = "us-west-1";
  EXPECT_EQ(from(), "us-west-1 from AWS_REGION");
  EXPECT_EQ(from("eu-west-1"), "eu-west-1 from --region");
  EXPECT_EQ(from("evil.example/"), "'evil.example/' from --region is not a region");
}

}  // namespace
}  // namespace sluice::aws
