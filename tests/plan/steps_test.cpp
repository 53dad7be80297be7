#include "plan/steps.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

/// Every step reads back what it wrote.
template <class Step>
void expect_round_trip(Step const& step, Step (*read)(json::Value const&)) {
  EXPECT_EQ(plan::to_json(read(plan::to_json(step))).canonical(), plan::to_json(step).canonical());
}

TEST(Steps, ReadBackWhatTheyWrote) {
  expect_round_trip(plan::PrepareStep{"t/f", plan::PrepareLevel::traffic}, plan::prepare_step);
  expect_round_trip(plan::ShiftStep{"t/f", 12.5}, plan::shift_step);
  expect_round_trip(plan::PauseStep{Duration(5), {"t/f"}, "t/shift-10"}, plan::pause_step);
  expect_round_trip(plan::ApprovalStep{"sure?", {"ops"}, std::chrono::hours(2), true},
                    plan::approval_step);
  expect_round_trip(
      plan::WebhookStep{"w", "PUT", "http://x", {{"A", "1"}, {"A", "2"}}, "body", 3, true},
      plan::webhook_step);
  expect_round_trip(plan::InvokeStep{"t/f", "", "", "{}", false, Duration(5)}, plan::invoke_step);
  expect_round_trip(plan::CheckStep{"t/f", Duration(1), 5, 0.5, Duration(2), false, Duration(3)},
                    plan::check_step);
  expect_round_trip(
      plan::HookStep{"t/f", "BeforeAllowTraffic", "smoke", Duration(5), false, true, true},
      plan::hook_step);
  expect_round_trip(plan::AlarmsStep{"t", {"errors", "slow"}, true}, plan::alarms_step);
}

TEST(Steps, DefaultsAreTheDocumentedOnes) {
  plan::CheckStep check = plan::check_step(json::Value{{"release", "t/f"}});
  EXPECT_EQ(check.min_requests, 20);
  EXPECT_EQ(check.max_error_rate, 0.05);
  EXPECT_TRUE(check.roll_back_on_no_data);
  EXPECT_TRUE(plan::invoke_step(json::Object{}).idempotent);
}

}  // namespace
}  // namespace sluice
