#include "base/time.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Time, Rfc3339RoundTrip) {
  auto time = parse_rfc3339("2026-01-02T03:04:05.678Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(rfc3339(*time), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(compact_utc(*time), "20260102T030405Z");
  EXPECT_EQ(*parse_rfc3339("2026-01-02T04:04:05.678+01:00"), *time);
  EXPECT_FALSE(parse_rfc3339("2026-13-02T03:04:05Z"));
  EXPECT_FALSE(parse_rfc3339("yesterday"));
}

struct Case {
  char const* text;
  std::int64_t millis;
  char const* shown;
};

class Durations : public testing::TestWithParam<Case> {};

TEST_P(Durations, ReadAndWrite) {
  auto read = parse_duration(GetParam().text);
  ASSERT_TRUE(read) << GetParam().text;
  EXPECT_EQ(read->count(), GetParam().millis);
  EXPECT_EQ(text_of(*read), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(Table, Durations,
                         testing::Values(Case{"30s", 30'000, "30s"},
                                         Case{"3m20s", 200'000, "3m20s"},
                                         Case{"90m", 5'400'000, "1h30m"},
                                         Case{"250ms", 250, "250ms"}, Case{"1.5s", 1'500, "1.5s"},
                                         Case{"0s", 0, "0s"}, Case{"1d", 86'400'000, "24h"}));

TEST(Time, DurationsWithoutAUnitAreRefused) {
  for (auto text : {"", "5", "s", "5x", "1.2.3s", "-5s", "99999d"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Time, SleepEndsWhenStopped) {
  std::stop_source stop;
  stop.request_stop();
  system_clock().sleep(std::chrono::hours(1), stop.get_token());  // would hang the suite
}

}  // namespace
}  // namespace sluice
