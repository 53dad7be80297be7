#include "local/endpoint_fixture.hpp"

namespace sluice::local {
namespace {

class AlarmWire : public test::EndpointTest {
 protected:
  net::Response json_call(std::string const& operation, json::Value const& input) {
    return send({.method = "POST",
                 .body = input.dump(),
                 .headers = {{"X-Amz-Target", "GraniteServiceVersion20100801." + operation},
                             {"Content-Type", "application/x-amz-json-1.0"},
                             {"x-amzn-query-mode", "true"}},
                 .service = "monitoring"});
  }
  net::Response form_call(std::string body) {
    return send({.method = "POST",
                 .body = "Version=2010-08-01&" + std::move(body),
                 .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                 .service = "monitoring"});
  }
  static json::Value alarm(std::string const& name = "errors") {
    return {{"AlarmName", name},
            {"Namespace", "AWS/Lambda"},
            {"MetricName", "Errors"},
            {"Dimensions", json::array({json::Value{{"Name", "FunctionName"}, {"Value", "orders"}},
                                        json::Value{{"Name", "Resource"}, {"Value", "orders"}}})},
            {"Statistic", "Sum"},
            {"Period", 60},
            {"EvaluationPeriods", 1},
            {"Threshold", 0.0},
            {"ComparisonOperator", "GreaterThanThreshold"},
            {"TreatMissingData", "notBreaching"}};
  }
  void put(json::Value const& input) {
    auto const made = json_call("PutMetricAlarm", input);
    ASSERT_EQ(made.status, 200) << made.body;
  }
  json::Value describe(json::Value const& input = json::Object{}) {
    auto const answer = json_call("DescribeAlarms", input);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return *json::parse(answer.body);
  }
  std::string state() { return describe()["MetricAlarms"].items().at(0)["StateValue"].as_string(); }
};

TEST_F(AlarmWire, GoesOffBecauseAFunctionFails) {
  make_function();
  put(alarm());
  EXPECT_EQ(state(), "OK");
  ASSERT_EQ(invoke(R"("fine")").status, 200);
  EXPECT_EQ(state(), "OK");
  ASSERT_EQ(invoke(R"("fail")").status, 200);
  EXPECT_EQ(state(), "ALARM");
}

TEST_F(AlarmWire, ShowsWhatWasPut) {
  auto input = alarm();
  input.set("AlarmDescription", "orders fail");
  input.set("DatapointsToAlarm", 1);
  input.set("AlarmActions", json::array({"arn:aws:sns:eu-west-1:000000000000:ops"}));
  put(input);
  auto const shown = describe()["MetricAlarms"].items().at(0);
  for (auto const& [name, value] : input.members()) EXPECT_EQ(shown[name], value) << name;
  EXPECT_EQ(shown["AlarmArn"],
            json::Value("arn:aws:cloudwatch:eu-west-1:000000000000:alarm:errors"));
  EXPECT_EQ(shown["StateUpdatedTimestamp"], json::Value(1'767'323'045.0));
  EXPECT_EQ(shown["ActionsEnabled"], json::Value(true));
  EXPECT_EQ(describe()["CompositeAlarms"], json::array({}));
}

TEST_F(AlarmWire, SpeaksTheQueryProtocolAsWell) {
  auto const made = form_call(
      "Action=PutMetricAlarm&AlarmName=slow&Namespace=AWS%2FLambda&MetricName=Duration"
      "&ExtendedStatistic=p99&Period=60&EvaluationPeriods=2&Threshold=1500.5&ActionsEnabled=false"
      "&ComparisonOperator=GreaterThanThreshold&Dimensions.member.1.Name=FunctionName"
      "&Dimensions.member.1.Value=orders");
  ASSERT_EQ(made.status, 200) << made.body;
  auto const set =
      form_call("Action=SetAlarmState&AlarmName=slow&StateValue=ALARM&StateReason=a%20drill");
  ASSERT_EQ(set.status, 200) << set.body;
  auto const shown = form_call("Action=DescribeAlarms&AlarmNames.member.1=slow");
  for (auto const* part :
       {"<DescribeAlarmsResult>", "<MetricAlarms><member>", "<AlarmName>slow</AlarmName>",
        "<StateValue>ALARM</StateValue>", "<StateReason>a drill</StateReason>",
        "<ExtendedStatistic>p99</ExtendedStatistic>", "<Threshold>1500.5</Threshold>",
        "<ActionsEnabled>false</ActionsEnabled>", "<Name>FunctionName</Name>",
        "<StateUpdatedTimestamp>2026-01-02T03:04:05.000Z</StateUpdatedTimestamp>"})
    EXPECT_TRUE(shown.body.contains(part)) << part << "\n" << shown.body;
  auto const gone = form_call("Action=DeleteAlarms&AlarmNames.member.1=none");
  EXPECT_EQ(gone.status, 404);
  EXPECT_TRUE(gone.body.contains("<Code>ResourceNotFound</Code>")) << gone.body;
}

TEST_F(AlarmWire, PagesThroughAlarms) {
  for (auto const* name : {"c", "a", "b"}) put(alarm(name));
  auto const first = describe({{"MaxRecords", 2}});
  ASSERT_EQ(first["MetricAlarms"].items().size(), 2u);
  EXPECT_EQ(first["MetricAlarms"].items()[1]["AlarmName"], json::Value("b"));
  auto const second = describe({{"MaxRecords", 2}, {"NextToken", first["NextToken"]}});
  ASSERT_EQ(second["MetricAlarms"].items().size(), 1u);
  EXPECT_EQ(second["MetricAlarms"].items()[0]["AlarmName"], json::Value("c"));
  EXPECT_FALSE(second.contains("NextToken"));
  auto const wrong = json_call("DescribeAlarms", {{"NextToken", "?"}});
  EXPECT_EQ(wrong.headers.get("x-amzn-query-error"), "InvalidNextToken;Sender");
}

TEST_F(AlarmWire, SwitchesActionsAndForgetsDeletedAlarms) {
  auto input = alarm();
  input.set("Tags", json::array({json::Value{{"Key", "team"}, {"Value", "tea"}}}));
  put(input);
  json::Value const names{{"AlarmNames", json::array({"errors"})}};
  ASSERT_EQ(json_call("DisableAlarmActions", names).status, 200);
  EXPECT_EQ(describe()["MetricAlarms"].items()[0]["ActionsEnabled"], json::Value(false));
  ASSERT_EQ(json_call("EnableAlarmActions", names).status, 200);
  EXPECT_EQ(describe()["MetricAlarms"].items()[0]["ActionsEnabled"], json::Value(true));
  auto const tags =
      json_call("ListTagsForResource",
                {{"ResourceARN", "arn:aws:cloudwatch:eu-west-1:000000000000:alarm:errors"}});
  EXPECT_TRUE(tags.body.contains(R"({"Key":"team","Value":"tea"})")) << tags.body;
  ASSERT_EQ(json_call("DeleteAlarms", names).status, 200);
  EXPECT_EQ(json_call("DeleteAlarms", names).status, 404);
  EXPECT_TRUE(describe()["MetricAlarms"].items().empty());
}

TEST_F(AlarmWire, RefusesWhatIsWrongAndWhatItCannotDo) {
  struct Case {
    char const* member;
    json::Value value;
    char const* said;
  };
  Case const cases[] = {
      {"AlarmName", "", "greater than or equal to 1"},
      {"AlarmName", std::string(256, 'a'), "less than or equal to 255"},
      {"Statistic", "Median", "satisfy enum value set"},
      {"ExtendedStatistic", "p99", "Exactly one of the parameters Statistic"},
      {"Period", 30, "keeps one-minute data"},
      {"Period", 61, "multiple of 60"},
      {"Period", 0, "greater than or equal to 1"},
      {"EvaluationPeriods", 1441, "cannot be checked across more than a day"},
      {"EvaluationPeriods", 1.5, "whole number"},
      {"DatapointsToAlarm", 2, "less than or equal to EvaluationPeriods"},
      {"ComparisonOperator", "Equal", "satisfy enum value set"},
      {"ComparisonOperator", "GreaterThanUpperThreshold", "no anomaly detection"},
      {"Threshold", "many", "must be a number"},
      {"TreatMissingData", "maybe", "TreatMissingData"},
      {"Metrics", json::array({}), "metric math"},
      {"EvaluationCriteria", json::Object{}, "PromQL"},
      {"EvaluateLowSampleCountPercentile", "ignore", "few samples"},
      {"Unit", "Bytes", "leave Unit out"},
      {"AlarmActions", json::array({"ops"}), "Invalid arn syntax"},
  };
  for (auto const& it : cases) {
    auto input = alarm();
    input.set(it.member, it.value);
    auto const answer = json_call("PutMetricAlarm", input);
    EXPECT_EQ(answer.status, 400) << it.member;
    EXPECT_TRUE(answer.body.contains(it.said)) << it.member << ": " << answer.body;
    EXPECT_EQ(answer.headers.get("x-amzn-query-error"), "ValidationError;Sender");
  }
  for (auto const* member : {"AlarmName", "MetricName", "Namespace", "Statistic", "Period",
                             "EvaluationPeriods", "Threshold", "ComparisonOperator"}) {
    auto input = alarm();
    input.erase(member);
    EXPECT_EQ(json_call("PutMetricAlarm", input).status, 400) << member;
  }
  EXPECT_TRUE(describe()["MetricAlarms"].items().empty());
  EXPECT_TRUE(json_call("PutCompositeAlarm", json::Object{}).body.contains("composite alarms"));
  EXPECT_TRUE(json_call("PutDashboard", json::Object{}).body.contains("PutDashboard"));
}

TEST_F(AlarmWire, RefusesStatesThatAreNone) {
  put(alarm());
  auto set = [&](char const* state, char const* data) {
    return json_call("SetAlarmState", {{"AlarmName", "errors"},
                                       {"StateValue", state},
                                       {"StateReason", "a drill"},
                                       {"StateReasonData", data}});
  };
  EXPECT_EQ(set("RED", "").status, 400);
  EXPECT_EQ(set("ALARM", "{").headers.get("x-amzn-query-error"), "InvalidFormat;Sender");
  EXPECT_EQ(set("ALARM", "{}").status, 200);
  EXPECT_EQ(state(), "ALARM");
  EXPECT_EQ(describe({{"StateValue", "OK"}})["MetricAlarms"].items().size(), 0u);
  EXPECT_EQ(json_call("DescribeAlarms",
                      {{"AlarmNames", json::array({"errors"})}, {"AlarmNamePrefix", "e"}})
                .status,
            400);
}

TEST_F(AlarmWire, IsSeenInTheLogOfCalls) {
  put(alarm());
  EXPECT_EQ(calls().items().back()["operation"], json::Value("PutMetricAlarm"));
  EXPECT_EQ(calls().items().back()["resource"], json::Value("errors"));
}

}  // namespace
}  // namespace sluice::local
