#include "aws/retry.hpp"

#include <gtest/gtest.h>

namespace sluice::aws {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Retry, FullJitterWithACeiling) {
  struct Case {
    int attempt;
    double fraction;
    Backoff backoff;
    std::optional<Duration> retry_after;
    Duration expected;
  };
  Backoff usual;
  Backoff rollback{milliseconds(200), seconds(1)};
  Case cases[] = {
      {1, 0.0, usual, {}, milliseconds(0)},     {1, 0.5, usual, {}, milliseconds(100)},
      {1, 0.999, usual, {}, milliseconds(199)}, {2, 0.5, usual, {}, milliseconds(200)},
      {3, 0.5, usual, {}, milliseconds(400)},   {8, 0.5, usual, {}, seconds(10)},
      {1000, 0.5, usual, {}, seconds(10)},      {9, 0.5, rollback, {}, milliseconds(500)},
      {1, 0.5, usual, seconds(3), seconds(3)},  {8, 0.5, usual, seconds(3), seconds(10)},
  };
  for (Case const& each : cases)
    EXPECT_EQ(delay_before_retry(each.attempt, each.fraction, each.backoff, each.retry_after),
              each.expected)
        << each.attempt << " " << each.fraction;
}

TEST(Retry, AttemptsByMode) {
  EXPECT_EQ(RetryOptions{}.attempts(), 3);
  EXPECT_EQ((RetryOptions{RetryMode::legacy, 0}.attempts()), 5);
  EXPECT_EQ((RetryOptions{RetryMode::standard, 7}.attempts()), 7);
}

TEST(Retry, TheQuotaEndsRetryingAndSuccessRefillsIt) {
  RetryQuota quota;
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(quota.take(true));
  EXPECT_FALSE(quota.take(false));
  quota.succeeded(true, false);
  EXPECT_EQ(quota.left(), 5);
  EXPECT_FALSE(quota.take(true));
  EXPECT_TRUE(quota.take(false));
  quota.succeeded(false, false);
  EXPECT_EQ(quota.left(), 1);
  for (int i = 0; i < 600; ++i) quota.succeeded(false, false);
  EXPECT_EQ(quota.left(), 500);
}

}  // namespace
}  // namespace sluice::aws
