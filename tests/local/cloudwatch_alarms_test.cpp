#include "local/model/cloudwatch_alarms.hpp"

#include <gtest/gtest.h>

namespace sluice::local {
namespace {

using std::chrono::minutes;

AlarmDefinition errors(std::int64_t needed, std::int64_t periods, MissingData missing) {
  AlarmDefinition alarm;
  alarm.name = "errors";
  alarm.metric = {"000000000000", "eu-west-1", "AWS/Lambda", "Errors", {{"FunctionName", "f"}}};
  alarm.statistic_name = "Sum";
  alarm.evaluation_periods = periods;
  alarm.datapoints_to_alarm = needed;
  alarm.missing = missing;
  return alarm;
}

/// "0-X": good, missing, breaching.
std::vector<std::optional<double>> range(std::string_view marks) {
  std::vector<std::optional<double>> out;
  for (char mark : marks)
    out.push_back(mark == '-' ? std::nullopt : std::optional(mark == 'X' ? 1.0 : 0.0));
  return out;
}

struct Row {
  std::int64_t needed, periods;
  char const* points;
  char const *missing, *ignore, *breaching, *not_breaching;
};

/// The examples of CloudWatch's own guide; "keep" is the state from before.
constexpr Row rows[] = {
    {3, 3, "0-X-X", "OK", "OK", "OK", "OK"},
    {3, 3, "0----", "OK", "OK", "OK", "OK"},
    {3, 3, "-----", "INSUFFICIENT_DATA", "keep", "ALARM", "OK"},
    {3, 3, "0XX-X", "ALARM", "ALARM", "ALARM", "ALARM"},
    {3, 3, "----X", "INSUFFICIENT_DATA", "keep", "ALARM", "OK"},
    {3, 3, "---X-", "INSUFFICIENT_DATA", "keep", "ALARM", "OK"},
    {3, 3, "--X--", "ALARM", "keep", "ALARM", "OK"},
    {3, 3, "X----", "ALARM", "keep", "ALARM", "OK"},
    {2, 3, "0-X-X", "ALARM", "ALARM", "ALARM", "ALARM"},
    {2, 3, "00X0X", "ALARM", "ALARM", "ALARM", "ALARM"},
    {2, 3, "0-X--", "OK", "OK", "ALARM", "OK"},
    {2, 3, "----0", "OK", "OK", "ALARM", "OK"},
    {2, 3, "---X-", "ALARM", "keep", "ALARM", "OK"},
    {2, 3, "----X", "INSUFFICIENT_DATA", "keep", "ALARM", "OK"},
    {1, 1, "--X", "ALARM", "ALARM", "ALARM", "ALARM"},
    {1, 1, "X-0", "OK", "OK", "OK", "OK"},
    {1, 1, "X--", "ALARM", "ALARM", "ALARM", "ALARM"},
};

TEST(AlarmVerdicts, FollowTheRulesForMissingData) {
  for (auto const& row : rows) {
    for (auto const& [missing, expected] :
         {std::pair{MissingData::missing, row.missing}, std::pair{MissingData::ignore, row.ignore},
          std::pair{MissingData::breaching, row.breaching},
          std::pair{MissingData::not_breaching, row.not_breaching}}) {
      for (auto current : {AlarmValue::ok, AlarmValue::alarm}) {
        auto const verdict =
            judge_alarm(errors(row.needed, row.periods, missing), range(row.points), current);
        auto const wanted =
            std::string_view(expected) == "keep" ? name_of(current) : std::string_view(expected);
        EXPECT_EQ(name_of(verdict.value), wanted)
            << row.points << " " << row.needed << " of " << row.periods << " " << name_of(missing);
      }
    }
  }
}

TEST(AlarmVerdicts, CompareInBothDirections) {
  for (auto const& [comparison, below, equal, above] :
       {std::tuple{Comparison::greater, "OK", "OK", "ALARM"},
        std::tuple{Comparison::greater_or_equal, "OK", "ALARM", "ALARM"},
        std::tuple{Comparison::less, "ALARM", "OK", "OK"},
        std::tuple{Comparison::less_or_equal, "ALARM", "ALARM", "OK"}}) {
    auto alarm = errors(1, 1, MissingData::missing);
    alarm.comparison = comparison;
    alarm.threshold = 5;
    for (auto const& [value, wanted] :
         {std::pair{4.0, below}, std::pair{5.0, equal}, std::pair{6.0, above}})
      EXPECT_EQ(name_of(judge_alarm(alarm, {value}, AlarmValue::ok).value), wanted)
          << name_of(comparison) << " " << value;
  }
}

class Alarms : public testing::Test {
 protected:
  void put(AlarmDefinition alarm) { ASSERT_TRUE(alarms_.put(std::move(alarm), now_)); }
  void count(double errors) {
    metrics_.add({"000000000000", "eu-west-1", "AWS/Lambda", "Errors", {{"FunctionName", "f"}}},
                 now_, errors, 1, now_);
  }
  Alarm read(std::string const& name = "errors") {
    auto found = alarms_.find("000000000000", "eu-west-1", {{name}, {}, {}, {}}, metrics_, now_);
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? Alarm() : *found.front();
  }
  std::string value() { return std::string(name_of(read().value)); }

  CloudWatch metrics_;
  CloudWatchAlarms alarms_;
  Time now_ = from_millis(1'767'323'045'000);  // 03:04:05
};

TEST_F(Alarms, GoOffAsSoonAsTheRunningPeriodIsOverTheThreshold) {
  put(errors(1, 1, MissingData::not_breaching));
  EXPECT_EQ(value(), "OK");
  count(0);
  EXPECT_EQ(value(), "OK");
  count(1);
  auto const off = read();
  EXPECT_EQ(off.value, AlarmValue::alarm);
  EXPECT_EQ(off.transitioned, now_);
  EXPECT_EQ(off.reason,
            "Threshold Crossed: 1 out of the last 1 datapoint [1.0 (02/01/26 03:04:00)] was "
            "greater than the threshold (0.0) (minimum 1 datapoint for OK -> ALARM transition).");
  EXPECT_TRUE(off.reason_data.contains("\"recentDatapoints\":[1.0]")) << off.reason_data;
}

TEST_F(Alarms, WaitForTheEndOfAPeriodThatMayStillTurnOut) {
  auto alarm = errors(1, 1, MissingData::missing);
  alarm.statistic_name = "Average";
  alarm.statistic.kind = Statistic::Kind::average;
  alarm.threshold = 0.5;
  put(alarm);
  count(1);
  EXPECT_EQ(value(), "INSUFFICIENT_DATA");
  count(0);
  count(0);
  now_ += minutes(1);
  EXPECT_EQ(value(), "OK");
}

TEST_F(Alarms, ComeBackWhenTheErrorsAreOver) {
  put(errors(1, 1, MissingData::not_breaching));
  count(1);
  EXPECT_EQ(value(), "ALARM");
  now_ += minutes(1);
  count(0);
  EXPECT_EQ(value(), "ALARM") << "the running minute may still get errors";
  now_ += minutes(1);
  auto const back = read();
  EXPECT_EQ(back.value, AlarmValue::ok);
  EXPECT_TRUE(back.reason.contains("was not greater than the threshold")) << back.reason;
}

TEST_F(Alarms, TellWhenTheyChangedThoughNobodyLooked) {
  put(errors(1, 1, MissingData::ignore));
  count(1);
  now_ += minutes(30);
  auto const read_late = read();
  EXPECT_EQ(read_late.value, AlarmValue::alarm) << "nothing since, which is ignored";
  EXPECT_EQ(rfc3339(read_late.transitioned), "2026-01-02T03:05:00.000Z");
}

TEST_F(Alarms, KeepAStateThatSomebodySetForOnePeriod) {
  put(errors(1, 1, MissingData::not_breaching));
  ASSERT_TRUE(alarms_.set_state("000000000000", "eu-west-1", "errors", AlarmValue::alarm, "a drill",
                                "", now_));
  now_ += std::chrono::seconds(59);
  EXPECT_EQ(read().reason, "a drill");
  EXPECT_EQ(value(), "ALARM");
  now_ += std::chrono::seconds(1);
  EXPECT_EQ(value(), "OK");
  auto const unknown =
      alarms_.set_state("000000000000", "eu-west-1", "none", AlarmValue::ok, "", "", now_);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().status, 404);
  EXPECT_EQ(unknown.error().code, "ResourceNotFound");
}

TEST_F(Alarms, BelongToAnAccountAndARegion) {
  put(errors(1, 1, MissingData::missing));
  for (auto const& [account, region, size] :
       {std::tuple{"000000000000", "eu-west-1", 1u}, std::tuple{"000000000000", "us-east-1", 0u},
        std::tuple{"111111111111", "eu-west-1", 0u}})
    EXPECT_EQ(alarms_.find(account, region, {}, metrics_, now_).size(), size) << account << region;
}

TEST_F(Alarms, AreFoundByNamePrefixStateAndAction) {
  for (auto const* name : {"a-one", "a-two", "b"}) {
    auto alarm = errors(1, 1, MissingData::not_breaching);
    alarm.name = name;
    if (alarm.name == "b") alarm.alarm_actions = {"arn:aws:sns:eu-west-1:000000000000:ops"};
    put(alarm);
  }
  ASSERT_TRUE(
      alarms_.set_state("000000000000", "eu-west-1", "a-two", AlarmValue::alarm, "", "", now_));
  auto names = [&](CloudWatchAlarms::Filter const& filter) {
    std::string out;
    for (auto const* it : alarms_.find("000000000000", "eu-west-1", filter, metrics_, now_))
      out += it->definition.name + " ";
    return out;
  };
  EXPECT_EQ(names({}), "a-one a-two b ");
  EXPECT_EQ(names({{"b", "none", "a-one"}, {}, {}, {}}), "a-one b ");
  EXPECT_EQ(names({{}, "a-", {}, {}}), "a-one a-two ");
  EXPECT_EQ(names({{}, {}, {}, AlarmValue::alarm}), "a-two ");
  EXPECT_EQ(names({{}, {}, "arn:aws:sns", {}}), "b ");
}

TEST_F(Alarms, AreOverwrittenWithoutLosingTheirState) {
  put(errors(1, 1, MissingData::not_breaching));
  count(1);
  EXPECT_EQ(value(), "ALARM");
  auto other = errors(1, 1, MissingData::ignore);
  other.metric.name = "Throttles";
  put(other);
  EXPECT_EQ(value(), "ALARM");
}

TEST_F(Alarms, AreDeletedAllOrNone) {
  put(errors(1, 1, MissingData::missing));
  EXPECT_FALSE(alarms_.remove("000000000000", "eu-west-1", {"errors", "none"}));
  read();
  EXPECT_TRUE(alarms_.remove("000000000000", "eu-west-1", {"errors"}));
  EXPECT_TRUE(alarms_.find("000000000000", "eu-west-1", {}, metrics_, now_).empty());
}

TEST_F(Alarms, SurviveARestart) {
  auto alarm = errors(2, 3, MissingData::not_breaching);
  alarm.description = "too many";
  alarm.tags = {{"team", "tea"}};
  alarm.alarm_actions = {"arn:aws:sns:eu-west-1:000000000000:ops"};
  put(alarm);
  ASSERT_TRUE(alarms_.set_state("000000000000", "eu-west-1", "errors", AlarmValue::alarm, "a drill",
                                "{}", now_));
  auto const saved = *json::parse(alarms_.save().dump());
  CloudWatchAlarms again;
  again.load(saved);
  EXPECT_EQ(again.save(), alarms_.save());
  auto found = again.find("000000000000", "eu-west-1", {}, metrics_, now_);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.front()->value, AlarmValue::alarm);
  EXPECT_EQ(found.front()->definition.needed(), 2);
  EXPECT_EQ(found.front()->definition.description, "too many");
}

}  // namespace
}  // namespace sluice::local
