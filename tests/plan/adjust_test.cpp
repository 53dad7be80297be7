#include "plan/adjust.hpp"

#include <gtest/gtest.h>

#include "plan/sample.hpp"

namespace sluice {
namespace {

TEST(Adjust, TheHoldTimeoutReachesEveryScope) {
  plan::Plan plan = test::full_plan();
  plan::set_hold_timeout(plan, Duration(0));
  EXPECT_EQ(plan.root.children[0].on_failure[0].action.timeout, Duration(0));
}

TEST(Adjust, RemovedStepsTakeEmptyScopesWithThem) {
  plan::Plan plan = test::full_plan();
  plan.root.children.push_back(
      plan::parallel("looks", {plan::leaf("a", plan::BypassCheckStep{"prod/orders"})}));
  plan::remove_steps(plan, "bypass_check");
  EXPECT_EQ(plan.root.children.size(), 2u);
}

}  // namespace
}  // namespace sluice
