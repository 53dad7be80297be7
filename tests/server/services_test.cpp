#include "server/services.hpp"

#include <filesystem>
#include <fstream>

#include "server/fixture.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;

class ServicesTest : public ServerTest {
 protected:
  std::unique_ptr<store::Packages> packages_ = store::memory_packages();
  ServicesFactory factory_{system_clock(), system_random(), *packages_};
};

TEST_F(ServicesTest, MetricsAreLateOnAwsOnly) {
  auto lag = [&](std::optional<std::string> endpoint, std::string const& variable) {
    AwsSettings settings = aws();
    settings.endpoint_url = std::move(endpoint);
    settings.environment["SLUICE_METRIC_LAG"] = variable;
    auto opened = factory_.open(settings);
    EXPECT_TRUE(opened) << opened.error().text();
    return opened->services->aws.metric_lag();
  };
  EXPECT_EQ(lag(std::nullopt, ""), std::chrono::minutes(3));
  EXPECT_EQ(lag("https://aws.example.com", ""), std::chrono::minutes(3));
  EXPECT_EQ(lag("http://127.0.0.1:4566", ""), Duration{});
  EXPECT_EQ(lag("http://localhost:4566", ""), Duration{});
  EXPECT_EQ(lag("http://localhost:4566", "30s"), std::chrono::seconds(30));
  AwsSettings wrong = aws();
  wrong.environment["SLUICE_METRIC_LAG"] = "soon";
  auto refused = factory_.open(wrong);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("SLUICE_METRIC_LAG"));
}

TEST_F(ServicesTest, TheWorldSaysWhereARunIs) {
  AwsSettings settings = aws();
  auto opened = factory_.open(settings);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(opened->world["region"].as_string(), "eu-west-1");
  EXPECT_EQ(opened->world["endpoint"].as_string(), endpoint_->url());
  settings.endpoint_url.reset();
  EXPECT_FALSE(factory_.open(settings)->world.contains("endpoint"));
}

TEST_F(ServicesTest, UrlsOfFilesGoWhereTheRulesOfTheServerAllow) {
  auto listening = net::listen({}, [](net::Incoming const&) { return net::Response{}; });
  ASSERT_TRUE(listening) << listening.error().text();
  net::Request request;
  request.url = "http://127.0.0.1:" + std::to_string((*listening)->port()) + "/hook";
  auto sent = [&](std::optional<net::EgressRules> rules) {
    ServicesFactory factory(system_clock(), system_random(), *packages_, {.egress = rules});
    auto opened = factory.open(aws());
    EXPECT_TRUE(opened) << opened.error().text();
    // What AWS itself named is never under them.
    EXPECT_TRUE(opened->services->http.send(request, {}, {}));
    return opened->services->for_named_urls().send(request, {}, {});
  };
  EXPECT_TRUE(sent(std::nullopt));
  auto refused = sent(net::EgressRules());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.code, ErrorCode::denied);
  EXPECT_THAT(refused.error().error.hint, HasSubstr("--allow-egress"));
  net::EgressRules rules;
  ASSERT_TRUE(rules.allow("127.0.0.0/8"));
  EXPECT_TRUE(sent(rules));
}

TEST_F(ServicesTest, ALocalStateFolderHasOneEndpointHoweverOftenItIsNamed) {
  AwsSettings settings;
  settings.environment = {{"AWS_PROFILE", "prod"}};
  settings.local_state = (folder_.path() / "local").string();
  auto opened = factory_.open(settings);
  ASSERT_TRUE(opened) << opened.error().text();
  auto target = opened->services->aws.open({.name = "here"}, {});
  ASSERT_TRUE(target) << target.error().text();
  EXPECT_EQ(target->region, "eu-west-1");
  EXPECT_EQ(opened->services->aws.metric_lag(), Duration{});
  EXPECT_EQ(*factory_.local_endpoint(*settings.local_state),
            *factory_.local_endpoint((folder_.path() / "." / "local").string()));
  ServicesFactory other(system_clock(), system_random(), *packages_);
  EXPECT_EQ(*other.local_endpoint(*settings.local_state),
            *factory_.local_endpoint(*settings.local_state));
}

TEST_F(ServicesTest, RunsOfTheSameSettingsShareWhatStandsBehindThem) {
  auto file = folder_.path() / "credentials";
  auto write = [&](std::string const& secret) {
    std::ofstream(file) << "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = "
                        << secret << "\n";
  };
  write("first");
  AwsSettings settings = aws();
  for (auto name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}) settings.environment.erase(name);
  settings.environment["AWS_SHARED_CREDENTIALS_FILE"] = file.string();
  auto open = [&] {
    auto opened = factory_.open(settings);
    EXPECT_TRUE(opened) << opened.error().text();
    return opened->services;
  };
  auto first = open();
  EXPECT_EQ(open(), first);
  // Other settings, or other keys in the file that they name, are another identity
  settings.region = "us-west-2";
  auto elsewhere = open();
  EXPECT_NE(elsewhere, first);
  settings.region.reset();
  write("second");
  auto second = open();
  EXPECT_NE(second, first);
  EXPECT_EQ(open(), second);
}

TEST_F(ServicesTest, ARecordedAccountMustBeReached) {
  plan::Plan plan;
  plan.targets.push_back({.name = "here"});
  RecordedWorld recorded;
  recorded.world = json::Value{{"region", "us-east-1"}, {"endpoint", endpoint_->url()}};
  recorded.places["here"] = {"000000000000", "eu-central-1"};
  AwsSettings settings = aws();
  settings.endpoint_url.reset();
  auto opened = factory_.reopen(settings, recorded, plan);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(opened->services->aws.open(plan.targets[0], {})->region, "eu-central-1");

  recorded.places["here"].account = "111111111111";
  auto refused = factory_.reopen(settings, recorded, plan);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
  EXPECT_THAT(refused.error().message, HasSubstr("111111111111"));
}

}  // namespace
}  // namespace sluice::server
