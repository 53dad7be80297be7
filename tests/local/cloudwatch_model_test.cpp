#include <gtest/gtest.h>

#include "local/model/cloudwatch_lambda.hpp"

namespace sluice::local {
namespace {

using namespace std::chrono_literals;

class MetricModel : public testing::Test {
 protected:
  std::vector<double> values(std::string const& stat, std::chrono::seconds period = 60s) {
    return metrics_.series(key_, start_, start_ + 1h, period, *parse_statistic(stat), now_).values;
  }

  CloudWatch metrics_;
  Time const start_ = from_millis(1'767'322'800'000);  // on the hour
  Time now_ = start_ + 10min;
  MetricKey key_{"000000000000", "eu-west-1", "App", "Latency", {{"Service", "shop"}}};
};

TEST_F(MetricModel, AggregatesTheMinuteByEachStatistic) {
  for (int i = 1; i <= 100; ++i) metrics_.add(key_, start_ + 5s, i, 1, now_);
  EXPECT_EQ(values("Sum"), std::vector{5050.0});
  EXPECT_EQ(values("Average"), std::vector{50.5});
  EXPECT_EQ(values("Minimum"), std::vector{1.0});
  EXPECT_EQ(values("Maximum"), std::vector{100.0});
  EXPECT_EQ(values("SampleCount"), std::vector{100.0});
  EXPECT_EQ(values("p50"), std::vector{50.0});
  EXPECT_EQ(values("p99"), std::vector{99.0});
  EXPECT_EQ(values("p99.9"), std::vector{100.0});
}

TEST_F(MetricModel, JoinsMinutesIntoPeriodsAndLeavesEmptyOnesOut) {
  metrics_.add(key_, start_, 1, 1, now_);
  metrics_.add(key_, start_ + 4min, 2, 1, now_);
  metrics_.add(key_, start_ + 5min, 4, 1, now_);
  EXPECT_EQ(values("Sum"), (std::vector{1.0, 2.0, 4.0}));
  EXPECT_EQ(values("Sum", 300s), (std::vector{3.0, 4.0}));
}

TEST_F(MetricModel, ExcludesTheEndAndRoundsTheStartDown) {
  metrics_.add(key_, start_, 1, 1, now_);
  metrics_.add(key_, start_ + 1min, 2, 1, now_);
  auto const series =
      metrics_.series(key_, start_ + 30s, start_ + 1min, 60s, *parse_statistic("Sum"), now_);
  EXPECT_EQ(series.values, std::vector{1.0});
  EXPECT_EQ(series.timestamps, std::vector{start_});
}

TEST_F(MetricModel, MatchesDimensionsAsAnExactSet) {
  metrics_.add(key_, start_, 1, 1, now_);
  key_.dimensions["Zone"] = "a";
  EXPECT_TRUE(values("Sum").empty());
  key_.dimensions.clear();
  EXPECT_TRUE(values("Sum").empty());
}

TEST_F(MetricModel, ShowsDataOnlyAfterTheLag) {
  metrics_.set_lag(2min);
  metrics_.add(key_, start_, 1, 1, now_);
  EXPECT_TRUE(values("Sum").empty());
  now_ += 2min;
  EXPECT_EQ(values("Sum"), std::vector{1.0});
}

TEST_F(MetricModel, ForgetsWhatIsOlderThanTheRetention) {
  metrics_.set_retention(30min);
  metrics_.add(key_, start_, 1, 1, now_);
  now_ += 40min;
  metrics_.add(key_, now_, 2, 1, now_);
  EXPECT_EQ(values("Sum"), std::vector{2.0});
  metrics_.add(key_, start_, 1, 1, now_);
  EXPECT_EQ(values("Sum"), std::vector{2.0});
}

TEST_F(MetricModel, BoundsTheHistogramAndKeepsPercentilesClose) {
  for (int i = 1; i <= 100'000; ++i) metrics_.add(key_, start_, i * 0.01, 1, now_);
  EXPECT_NEAR(values("p95")[0], 950, 5);
  EXPECT_NEAR(values("p50")[0], 500, 3);
  EXPECT_EQ(values("SampleCount"), std::vector{100'000.0});
}

TEST_F(MetricModel, IsTheSameAfterSavingAndLoading) {
  metrics_.add(key_, start_, 1.5, 3, now_);
  metrics_.set_lag(2min);
  metrics_.add(key_, start_ + 1min, 2, 1, now_);
  auto const saved = json::parse(metrics_.save().dump());
  CloudWatch again;
  again.load(*saved);
  EXPECT_EQ(again.save(), *saved);
}

TEST(Statistics, AreReadByTheirNames) {
  for (auto const* text : {"Sum", "p0", "p50", "p99.99", "p100"})
    EXPECT_TRUE(parse_statistic(text)) << text;
  for (auto const* text : {"", "p", "p101", "p-1", "pXX", "sum", "tm99", "IQM", "p9e1"})
    EXPECT_FALSE(parse_statistic(text)) << text;
}

class LambdaMetrics : public MetricModel {
 protected:
  double sum(std::string const& name, std::map<std::string, std::string> dimensions,
             std::string const& stat = "Sum") {
    MetricKey const key{"000000000000", "eu-west-1", "AWS/Lambda", name, std::move(dimensions)};
    auto const found = metrics_.series(key, start_, start_ + 1h, 60s, *parse_statistic(stat), now_);
    return found.values.empty() ? -1 : found.values[0];
  }
  InvocationMetrics run(bool failed) {
    InvocationMetrics one;
    one.account = "000000000000";
    one.region = "eu-west-1";
    one.function_name = "orders";
    one.qualifier = "live";
    one.through_alias = true;
    one.executed_version = "7";
    one.started = start_;
    one.duration_ms = 12.5;
    one.failed = failed;
    return one;
  }
};

TEST_F(LambdaMetrics, AreWrittenToEveryDimensionSet) {
  record_invocation(metrics_, run(false), now_);
  record_invocation(metrics_, run(true), now_);
  std::vector<std::map<std::string, std::string>> const sets{
      {},
      {{"FunctionName", "orders"}},
      {{"FunctionName", "orders"}, {"Resource", "orders:live"}},
      {{"FunctionName", "orders"}, {"Resource", "orders:live"}, {"ExecutedVersion", "7"}}};
  for (auto const& set : sets) {
    EXPECT_EQ(sum("Invocations", set), 2);
    EXPECT_EQ(sum("Errors", set), 1);
    EXPECT_EQ(sum("Errors", set, "Average"), 0.5);
    EXPECT_EQ(sum("Duration", set, "Maximum"), 12.5);
  }
}

TEST_F(LambdaMetrics, NameTheVersionOnlyForCallsThroughAnAlias) {
  auto direct = run(false);
  direct.qualifier = "7";
  direct.through_alias = false;
  record_invocation(metrics_, direct, now_);
  EXPECT_EQ(sum("Invocations", {{"FunctionName", "orders"}, {"Resource", "orders:7"}}), 1);
  EXPECT_EQ(sum("Invocations",
                {{"FunctionName", "orders"}, {"Resource", "orders:7"}, {"ExecutedVersion", "7"}}),
            -1);
}

TEST_F(LambdaMetrics, CountThrottlesApart) {
  record_throttle(metrics_, run(false), now_);
  EXPECT_EQ(sum("Throttles", {{"FunctionName", "orders"}, {"Resource", "orders:live"}}), 1);
  EXPECT_EQ(sum("Invocations", {{"FunctionName", "orders"}}), -1);
}

}  // namespace
}  // namespace sluice::local
