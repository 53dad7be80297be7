#include "cli/schedule.hpp"

#include <gmock/gmock.h>

#include "plan/steps.hpp"

/// What a plan's timetable and its list of rights say of a release of given versions.
namespace sluice::cli {
namespace {

using testing::ElementsAre;

plan::Plan with_hook(plan::HookStep const& hook) {
  plan::Plan plan;
  plan.targets = {{.name = "t"}};
  plan::Release release;
  release.id = "t/orders";
  release.target = "t";
  release.given_baseline = "1";
  release.given_candidate = "2";
  plan.releases = {release};
  plan.root = plan::sequence(
      "root", {plan::leaf("prepare", plan::PrepareStep{"t/orders", plan::PrepareLevel::traffic}),
               plan::leaf("hook", hook), plan::leaf("shift", plan::ShiftStep{"t/orders"}),
               plan::leaf("finish", plan::FinishStep{"t/orders"})});
  return plan;
}

TEST(Schedule, SaysHowAHookEnds) {
  plan::HookStep hook{.release = "t/orders", .event = "BeforeAllowTraffic", .function = "smoke"};
  EXPECT_EQ(schedule_of(with_hook(hook)).at(1).what,
            "invokes smoke and waits for its report, at most 1h");
  hook.fails_with_function = true;
  EXPECT_EQ(schedule_of(with_hook(hook)).at(1).what,
            "invokes smoke and waits for its report, at most 1h; fails at once where the function "
            "fails");
  hook.reported = false;
  EXPECT_EQ(schedule_of(with_hook(hook)).at(1).what, "invokes smoke; whether it fails decides");
}

TEST(Schedule, GivenVersionsNeedNoMoreThanCodeDeploysRole) {
  plan::HookStep hook{.release = "t/orders", .event = "BeforeAllowTraffic", .function = "smoke"};
  auto needed = actions_of(with_hook(hook));
  ASSERT_EQ(needed.size(), 3u);
  EXPECT_EQ(needed[0].kind, "hook");
  EXPECT_THAT(needed[0].actions, ElementsAre("lambda:InvokeFunction"));
  EXPECT_EQ(needed[1].kind, "prepare");
  EXPECT_THAT(needed[1].actions,
              ElementsAre("lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig"));
  EXPECT_EQ(needed[2].kind, "shift");
}

}  // namespace
}  // namespace sluice::cli
