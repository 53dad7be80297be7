#include <gtest/gtest.h>

#include "aws/cloudwatch.hpp"
#include "aws/fakes.hpp"
#include "aws/sns.hpp"
#include "aws/sts.hpp"

namespace sluice::aws {
namespace {

TEST(Sts, WhoTheCredentialsBelongTo) {
  fake::World world;
  Caller caller = world.caller();
  world.client.answer(
      200,
      "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
      "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ci</Arn><UserId>U"
      "</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
      "</GetCallerIdentityResponse>");
  auto identity = Sts(caller, "eu-west-1").get_caller_identity();
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->account, "123456789012");
  EXPECT_EQ(identity->arn, "arn:aws:iam::123456789012:user/ci");
  EXPECT_EQ(world.client.bodies.back(), "Action=GetCallerIdentity&Version=2011-06-15");
  EXPECT_EQ(world.client.requests.back().method, "POST");
}

TEST(Sts, AnAnswerThatIsNoneIsAnError) {
  fake::World world;
  Caller caller = world.caller();
  for (auto body : {"", "<a>", "<GetCallerIdentityResponse/>", "hello"}) {
    world.client.answer(200, body);
    auto identity = Sts(caller, "eu-west-1").get_caller_identity();
    ASSERT_FALSE(identity) << body;
    EXPECT_EQ(identity.error().trouble, Trouble::service);
  }
}

TEST(Sts, ARoleIsAssumed) {
  fake::World world;
  Caller caller = world.caller();
  world.client.answer(
      200,
      "<R><AssumeRoleResult><AssumedRoleUser><Arn>"
      "arn:aws:sts::210987654321:assumed-role/d/s</Arn></AssumedRoleUser><Credentials>"
      "<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>sec</SecretAccessKey>"
      "<SessionToken>tok</SessionToken><Expiration>2026-01-02T04:04:05Z</Expiration>"
      "</Credentials></AssumeRoleResult></R>");
  auto role =
      Sts(caller, "eu-west-1")
          .assume_role({"arn:aws:iam::210987654321:role/d", "s", "", std::chrono::hours(1)});
  ASSERT_TRUE(role);
  EXPECT_EQ(role->credentials.access_key_id, "ASIA1");
  EXPECT_EQ(role->credentials.secret.open(), "sec");
  EXPECT_EQ(role->credentials.session_token.open(), "tok");
  EXPECT_EQ(role->credentials.account, "210987654321");
  EXPECT_EQ(rfc3339(*role->credentials.expiry), "2026-01-02T04:04:05.000Z");
}

std::vector<MetricQuery> two_queries() {
  MetricQuery errors;
  errors.id = "errors";
  errors.name_space = "AWS/Lambda";
  errors.metric = "Errors";
  errors.dimensions = {{"FunctionName", "orders"}, {"Resource", "orders:live"}};
  errors.stat = "Sum";
  errors.returned = false;
  MetricQuery rate;
  rate.id = "rate";
  rate.expression = "errors * 2";
  return {errors, rate};
}

Time at(std::string const& text) { return parse_rfc3339(text).value(); }

TEST(CloudWatch, AsksInItsJsonProtocol) {
  fake::World world;
  Caller caller = world.caller();
  world.client.answer(200, R"({"MetricDataResults":[]})");
  auto answer =
      CloudWatch(caller, "eu-west-1")
          .get_metric_data(two_queries(), at("2026-01-02T03:00:00Z"), at("2026-01-02T03:05:00Z"));
  ASSERT_TRUE(answer);
  net::Request const& sent = world.client.requests.back();
  EXPECT_EQ(sent.url, "https://monitoring.eu-west-1.amazonaws.com/");
  EXPECT_EQ(sent.headers.get("x-amz-target"), "GraniteServiceVersion20100801.GetMetricData");
  EXPECT_EQ(sent.headers.get("content-type"), "application/x-amz-json-1.0");
  auto body = json::parse(world.client.bodies.back());
  ASSERT_TRUE(body);
  auto expected = json::parse(R"({"StartTime":1767322800,"EndTime":1767323100,
    "ScanBy":"TimestampAscending","MetricDataQueries":[
    {"Id":"errors","ReturnData":false,"MetricStat":{"Period":60,"Stat":"Sum","Metric":{
      "Namespace":"AWS/Lambda","MetricName":"Errors","Dimensions":[
      {"Name":"FunctionName","Value":"orders"},{"Name":"Resource","Value":"orders:live"}]}}},
    {"Id":"rate","Expression":"errors * 2","Period":60,"ReturnData":true}]})");
  ASSERT_TRUE(expected);
  EXPECT_EQ(*body, *expected) << body->pretty();
}

TEST(CloudWatch, PagesAreJoinedInTheOrderOfTime) {
  fake::World world;
  Caller caller = world.caller();
  world.client.answer(200, R"({"NextToken":"n","Messages":[{"Code":"C","Value":"V"}],
    "MetricDataResults":[{"Id":"rate","Label":"l","StatusCode":"PartialData",
    "Timestamps":[1767322860,1767322800],"Values":[2,1.5]}]})");
  world.client.answer(200, R"({"MetricDataResults":[{"Id":"rate","Label":"l",
    "StatusCode":"Complete","Timestamps":[1767322920],"Values":[3]}]})");
  auto answer =
      CloudWatch(caller, "eu-west-1")
          .get_metric_data(two_queries(), at("2026-01-02T03:00:00Z"), at("2026-01-02T03:05:00Z"));
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->results.size(), 1u);
  MetricResult const& rate = answer->results[0];
  EXPECT_EQ(rate.status, "Complete");
  ASSERT_EQ(rate.points.size(), 3u);
  EXPECT_EQ(rate.points[0].value, 1.5);
  EXPECT_EQ(rate.points[0].time, at("2026-01-02T03:00:00Z"));
  EXPECT_EQ(rate.points[2].value, 3);
  EXPECT_EQ(answer->messages, std::vector<std::string>{"C: V"});
}

TEST(CloudWatch, ASeriesThatIsNotThereIsEmptyAndNotComplete) {
  fake::World world;
  Caller caller = world.caller();
  world.client.answer(200, "{}");
  auto answer = CloudWatch(caller, "eu-west-1").get_metric_data(two_queries(), {}, {});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->results.size(), 1u);
  EXPECT_EQ(answer->results[0].id, "rate");
  EXPECT_EQ(answer->results[0].status, "");
  EXPECT_TRUE(answer->results[0].points.empty());
}

TEST(CloudWatch, AsksForTheStatesOfAlarmsByName) {
  fake::World world;
  Caller caller = world.caller();
  world.client.answer(200, R"({"NextToken":"n","MetricAlarms":[{"AlarmName":"a",
    "StateValue":"ALARM","StateReason":"over","StateUpdatedTimestamp":1767322860.5}]})");
  world.client.answer(200, R"({"CompositeAlarms":[{"AlarmName":"b","StateValue":"OK"}]})");
  auto alarms = CloudWatch(caller, "eu-west-1").describe_alarms({"a", "b", "gone"});
  ASSERT_TRUE(alarms);
  ASSERT_EQ(alarms->size(), 2u);
  EXPECT_EQ(alarms->at(0).name, "a");
  EXPECT_EQ(alarms->at(0).state, "ALARM");
  EXPECT_EQ(alarms->at(0).reason, "over");
  EXPECT_EQ(rfc3339(*alarms->at(0).updated), "2026-01-02T03:01:00.500Z");
  EXPECT_EQ(alarms->at(1).name, "b");
  EXPECT_FALSE(alarms->at(1).updated);
  auto const expected = json::parse(R"({"AlarmNames":["a","b","gone"],"MaxRecords":100,
    "AlarmTypes":["MetricAlarm","CompositeAlarm"]})");
  EXPECT_EQ(*json::parse(world.client.bodies.front()), *expected);
  EXPECT_EQ((*json::parse(world.client.bodies.back()))["NextToken"], json::Value("n"));
  EXPECT_EQ(world.client.requests.back().headers.get("x-amz-target"),
            "GraniteServiceVersion20100801.DescribeAlarms");
}

TEST(CloudWatch, MakesNoCallForNoAlarms) {
  fake::World world;
  Caller caller = world.caller();
  auto alarms = CloudWatch(caller, "eu-west-1").describe_alarms({});
  ASSERT_TRUE(alarms);
  EXPECT_TRUE(alarms->empty());
  EXPECT_TRUE(world.client.requests.empty());
}

TEST(CloudWatch, NamesTheRightThatIsMissing) {
  fake::World world;
  Caller caller = world.caller();
  world.client.answer(403, R"({"__type":"AccessDenied","message":"no"})");
  auto alarms = CloudWatch(caller, "eu-west-1").describe_alarms({"a", "b"});
  ASSERT_FALSE(alarms);
  EXPECT_EQ(alarms.error().trouble, Trouble::denied);
  EXPECT_EQ(alarms.error().action, "cloudwatch:DescribeAlarms");
  EXPECT_EQ(alarms.error().resource, "2 alarms in eu-west-1");
}

TEST(Sns, PublishesToATopic) {
  fake::World world;
  Caller caller = world.caller();
  world.client.answer(200,
                      "<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult>"
                      "</PublishResponse>");
  auto id = Sns(caller, "eu-west-1").publish({"arn:aws:sns:eu-west-1:1:ops", "a & b", "{\"a\":1}"});
  ASSERT_TRUE(id);
  EXPECT_EQ(*id, "m-1");
  EXPECT_EQ(world.client.requests.back().url, "https://sns.eu-west-1.amazonaws.com/");
  EXPECT_EQ(world.client.bodies.back(),
            "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A1%3Aops"
            "&Message=%7B%22a%22%3A1%7D&Subject=a%20%26%20b");
}

TEST(Sns, DoesNotPublishTwiceWhenAnAnswerIsLost) {
  fake::World world;
  Caller caller = world.caller();
  world.client.break_off(true);
  auto id = Sns(caller, "eu-west-1").publish({"arn:aws:sns:eu-west-1:1:ops", "", "text"});
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().trouble, Trouble::maybe_done);
  EXPECT_EQ(world.client.requests.size(), 1u);
}

}  // namespace
}  // namespace sluice::aws
