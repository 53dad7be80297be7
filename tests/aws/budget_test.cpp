#include "aws/budget.hpp"

#include <gtest/gtest.h>

#include "aws/fakes.hpp"

namespace sluice::aws {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Rate control{7, 5};

TEST(Bucket, OneSecondsWorthGoesAtOnceThenPlacesFollowInOrder) {
  Bucket bucket(control, Duration(0));
  for (int i = 0; i < 7; ++i)
    EXPECT_EQ(bucket.take(Duration(0), Lane::normal).wait, Duration(0)) << i;
  Duration expected[] = {milliseconds(143), milliseconds(286), milliseconds(429)};
  for (Duration wait : expected) EXPECT_EQ(bucket.take(Duration(0), Lane::normal).wait, wait);
}

TEST(Bucket, TheReserveIsForTheRollbackLaneAlone) {
  Bucket bucket(control, Duration(0));
  for (int i = 0; i < 100; ++i) bucket.take(Duration(0), Lane::normal);
  EXPECT_GT(bucket.take(Duration(0), Lane::normal).wait, seconds(13));
  for (int i = 0; i < 5; ++i) {
    Bucket::Place place = bucket.take(Duration(0), Lane::rollback);
    EXPECT_EQ(place.wait, Duration(0)) << i;
    EXPECT_TRUE(place.reserved);
  }
  EXPECT_EQ(bucket.take(Duration(0), Lane::rollback).wait, milliseconds(200));
}

TEST(Bucket, TheRollbackLaneAlsoTakesWhatIsFree) {
  Bucket bucket(control, Duration(0));
  int at_once = 0;
  while (bucket.take(Duration(0), Lane::rollback).wait == Duration(0)) ++at_once;
  EXPECT_EQ(at_once, 12);
}

TEST(Bucket, NeverMoreThanTheRateOverTime) {
  Bucket bucket(control, Duration(0));
  int made = 0;
  for (Duration now{0}; now < seconds(60);) {
    now += bucket.take(now, Lane::normal).wait;
    if (now < seconds(60)) ++made;
  }
  EXPECT_GE(made, 7 * 60);
  EXPECT_LE(made, 7 * 60 + 7);
}

TEST(Bucket, AThrottleHalvesTheSharedRateForAWhile) {
  Bucket bucket(control, Duration(0));
  struct Step {
    Duration at;
    bool throttled;
    double rate;
  };
  Step steps[] = {{seconds(0), true, 3.5},    {milliseconds(500), true, 3.5},
                  {seconds(2), true, 1.75},   {seconds(4), true, 0.875},
                  {seconds(6), true, 0.875},  {seconds(15), false, 0.875},
                  {seconds(16), false, 1.75}, {seconds(26), false, 3.5},
                  {seconds(36), false, 7},    {seconds(400), false, 7}};
  for (Step const& step : steps) {
    if (step.throttled) bucket.throttled(step.at);
    EXPECT_DOUBLE_EQ(bucket.shared_rate(step.at), step.rate) << text_of(step.at);
  }
}

TEST(Bucket, AThrottleLeavesTheReserve) {
  Bucket bucket(control, Duration(0));
  for (int i = 0; i < 12; ++i) bucket.take(Duration(0), Lane::rollback);
  bucket.throttled(Duration(0));
  EXPECT_EQ(bucket.take(Duration(0), Lane::rollback).wait, milliseconds(200));
}

TEST(Bucket, APlaceGivenBackIsFreeAgain) {
  Bucket bucket({1, 0}, Duration(0));
  bucket.take(Duration(0), Lane::normal);
  Bucket::Place place = bucket.take(Duration(0), Lane::normal);
  EXPECT_EQ(place.wait, seconds(1));
  bucket.give_back(place);
  EXPECT_EQ(bucket.take(Duration(0), Lane::normal).wait, seconds(1));
}

TEST(Bucket, NoRateMeansNoLimit) {
  Bucket bucket({}, Duration(0));
  for (int i = 0; i < 1000; ++i) {
    bucket.throttled(Duration(0));
    ASSERT_EQ(bucket.take(Duration(0), Lane::normal).wait, Duration(0));
  }
}

TEST(Budget, AccountsRegionsAndPoolsAreApart) {
  fake::ManualClock clock;
  Budget budget(clock);
  Budget::Key key{"111111111111", "eu-west-1", Pool::lambda_control};
  for (int i = 0; i < 7; ++i) EXPECT_TRUE(budget.enter(key, Lane::normal, {}));
  for (Budget::Key const& other :
       {Budget::Key{"222222222222", "eu-west-1", Pool::lambda_control},
        Budget::Key{"111111111111", "us-east-1", Pool::lambda_control},
        Budget::Key{"111111111111", "eu-west-1", Pool::lambda_get_function}})
    EXPECT_TRUE(budget.enter(other, Lane::normal, {}));
  EXPECT_TRUE(clock.slept.empty());
  EXPECT_TRUE(budget.enter(key, Lane::normal, {}));
  EXPECT_EQ(clock.slept, std::vector<Duration>{milliseconds(143)});
}

TEST(Budget, StoppingEndsTheWaitAndFreesThePlace) {
  fake::ManualClock clock;
  Budget::Rates rates = Budget::unlimited();
  rates.lambda_control = {1, 0};
  Budget budget(clock, rates);
  Budget::Key key{"1", "eu-west-1", Pool::lambda_control};
  EXPECT_TRUE(budget.enter(key, Lane::normal, {}));
  std::stop_source stop;
  clock.on_sleep = [&] { stop.request_stop(); };
  EXPECT_FALSE(budget.enter(key, Lane::normal, stop.get_token()));
  clock.on_sleep = nullptr;
  EXPECT_TRUE(budget.enter(key, Lane::normal, {}));
  EXPECT_EQ(clock.slept.back(), seconds(1));
  EXPECT_FALSE(budget.enter(key, Lane::normal, stop.get_token()));
}

TEST(Budget, PoolsFollowAwsQuotas) {
  EXPECT_EQ(pool_of(Service::lambda, "GetFunction"), Pool::lambda_get_function);
  EXPECT_EQ(pool_of(Service::lambda, "GetFunctionConfiguration"), Pool::lambda_control);
  EXPECT_EQ(pool_of(Service::lambda, "GetPolicy"), Pool::lambda_get_policy);
  EXPECT_EQ(pool_of(Service::lambda, "Invoke"), Pool::lambda_invoke);
  EXPECT_EQ(pool_of(Service::lambda, "UpdateAlias"), Pool::lambda_control);
  EXPECT_EQ(pool_of(Service::s3, "GetObject"), Pool::s3);
  EXPECT_EQ(pool_of(Service::sts, "AssumeRole"), Pool::sts);
  EXPECT_EQ(pool_of(Service::cloudwatch, "GetMetricData"), Pool::cloudwatch_get_metric_data);
  EXPECT_EQ(pool_of(Service::cloudwatch, "DescribeAlarms"), Pool::other);
}

}  // namespace
}  // namespace sluice::aws
