#include "dialect/codedeploy/named_configuration.hpp"

#include <gmock/gmock.h>

namespace sluice::dialect::codedeploy {
namespace {

using Type = TrafficRouting::Type;

/// The bounds of the service, measured at each of them: one minute more is refused.
TEST(RoutingBounds, AreTheServices) {
  constexpr std::pair<int, int> linear[] = {{99, 2880}, {67, 2880}, {50, 1440}, {34, 1440},
                                            {33, 960},  {10, 288},  {1, 28}};
  for (auto [percentage, minutes] : linear) {
    EXPECT_EQ(routing_problem({Type::linear, percentage, minutes}), "") << percentage;
    EXPECT_NE(routing_problem({Type::linear, percentage, minutes + 1}), "") << percentage;
  }
  EXPECT_EQ(routing_problem({}), "");
  EXPECT_EQ(routing_problem({Type::canary, 1, 2880}), "");
  EXPECT_EQ(routing_problem({Type::canary, 99, 1}), "");
  for (auto const& bad :
       {TrafficRouting{Type::canary, 10, 2881}, TrafficRouting{Type::canary, 10, 0},
        TrafficRouting{Type::canary, 0, 5}, TrafficRouting{Type::canary, 100, 5},
        TrafficRouting{Type::linear, 0, 5}, TrafficRouting{Type::linear, 100, 5},
        TrafficRouting{Type::linear, 10, 0}})
    EXPECT_NE(routing_problem(bad), "") << bad.percentage << " " << bad.interval_minutes;
}

TEST(NamedConfiguration, IsPredefinedOrSaysWhatItDoes) {
  for (auto const* text : {"CodeDeployDefault.LambdaCanary10Percent5Minutes",
                           "LambdaCanary10Percent5Minutes", "Canary10Percent5Minutes"}) {
    auto found = named_configuration(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->name, "CodeDeployDefault.LambdaCanary10Percent5Minutes");
    EXPECT_EQ(found->routing, (TrafficRouting{Type::canary, 10, 5}));
  }
  // As in SAM, though there is a CodeDeployDefault.AllAtOnce for servers.
  EXPECT_EQ(named_configuration("AllAtOnce")->name, "CodeDeployDefault.LambdaAllAtOnce");
  EXPECT_EQ(named_configuration("linear:25:3")->routing, (TrafficRouting{Type::linear, 25, 3}));
  EXPECT_EQ(named_configuration("canary:1:2880")->name, "canary:1:2880");
}

TEST(NamedConfiguration, RefusesTheRest) {
  std::pair<char const*, char const*> const table[] = {
      {"", "there is no deployment configuration"},
      {"LambdaOneAtATime", "there is no deployment configuration"},
      {"CodeDeployDefault.ECSAllAtOnce", "for the compute platform ECS"},
      {"CodeDeployDefault.AllAtOnce", "for the compute platform Server"},
      {"OneAtATime", "for the compute platform Server"},
      {"canary", "is not canary:PERCENT:MINUTES"},
      {"canary:10", "is not canary:PERCENT:MINUTES"},
      {"canary:10:5:1", "is not canary:PERCENT:MINUTES"},
      {"canary:10%:5", "is not canary:PERCENT:MINUTES"},
      {"linear:10:5m", "is not linear:PERCENT:MINUTES"},
      {"linear::", "is not linear:PERCENT:MINUTES"},
      {"linear:99999999999:1", "is not linear:PERCENT:MINUTES"},
      {"linear:10:289", "add up to 2890 minutes"},
      {"canary:100:5", "1 to 99 percent, not 100"},
  };
  for (auto const& [text, message] : table) {
    auto found = named_configuration(text);
    ASSERT_FALSE(found) << text;
    EXPECT_THAT(found.error().message, testing::HasSubstr(message)) << text;
    EXPECT_FALSE(found.error().help.empty()) << text;
  }
}

}  // namespace
}  // namespace sluice::dialect::codedeploy
