#include "dialect/codedeploy/configurations.hpp"

#include <gtest/gtest.h>

namespace sluice::dialect::codedeploy {
namespace {

using std::chrono::minutes;

std::vector<std::pair<int, double>> shifts_of(TrafficRouting const& routing) {
  std::vector<std::pair<int, double>> out;
  for (auto const& shift : schedule_of(routing))
    out.emplace_back(std::chrono::duration_cast<minutes>(shift.after).count(), shift.weight);
  return out;
}

using Table = std::vector<std::pair<int, double>>;

TEST(Configurations, ShiftAsTheServiceDoes) {
  using Type = TrafficRouting::Type;
  EXPECT_EQ(shifts_of({}), (Table{{0, 100}}));
  EXPECT_EQ(shifts_of({Type::canary, 10, 5}), (Table{{0, 10}, {5, 100}}));
  EXPECT_EQ(shifts_of({Type::linear, 30, 2}), (Table{{0, 30}, {2, 60}, {4, 90}, {6, 100}}));
  EXPECT_EQ(shifts_of({Type::linear, 50, 3}), (Table{{0, 50}, {3, 100}}));
  EXPECT_EQ(shifts_of({Type::linear, 99, 1}), (Table{{0, 99}, {1, 100}}));
  auto linear = shifts_of({Type::linear, 10, 1});
  EXPECT_EQ(linear.size(), 10U);
  EXPECT_EQ(linear.back(), (std::pair<int, double>{9, 100}));
}

TEST(Configurations, ArePredefinedForEveryPlatform) {
  auto const& all = predefined_configurations();
  EXPECT_EQ(all.size(), 17U);
  EXPECT_EQ(std::ranges::count(all, "Lambda", &Configuration::platform), 9);
  EXPECT_EQ(std::ranges::count(all, "ECS", &Configuration::platform), 5);
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, &Configuration::name));
  auto const* one = predefined_configuration("CodeDeployDefault.LambdaLinear10PercentEvery1Minute");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->routing, (TrafficRouting{TrafficRouting::Type::linear, 10, 1}));
  EXPECT_EQ(predefined_configuration("CodeDeployDefault.OneAtATime")->platform, "Server");
  EXPECT_FALSE(predefined_configuration("LambdaAllAtOnce"));
}

}  // namespace
}  // namespace sluice::dialect::codedeploy
