#include "dialect/target_tree.hpp"

#include <gtest/gtest.h>

namespace sluice::dialect {
namespace {

TEST(TargetTree, HasOnlyTheStagesAskedFor) {
  plan::Node release = plan::sequence("release", {});
  plan::Node gate = plan::step("gate", "pause", json::Value{{"duration_ms", 1}});
  auto root =
      target_tree({{"dev", {}, {}, release, {}}, {"prod", {"dev"}, {gate}, release, {gate}}});
  EXPECT_EQ(root.kind, plan::NodeKind::graph);
  EXPECT_EQ(root.on_child_failure, plan::OnChildFailure::carry_on);
  ASSERT_EQ(root.children.size(), 2u);
  EXPECT_EQ(root.children[0].children.size(), 1u);
  ASSERT_EQ(root.children[1].children.size(), 3u);
  EXPECT_EQ(root.children[1].needs, std::vector<std::string>{"dev"});
  EXPECT_EQ(root.children[1].children[0].name, "before");
  EXPECT_EQ(root.children[1].children[2].name, "after");
}

TEST(AccountOf, TakesTheTargetsOwnThenItsRoles) {
  plan::Target target;
  EXPECT_EQ(account_of(target), "");
  target.role = "arn:aws:iam::111122223333:role/sluice";
  EXPECT_EQ(account_of(target), "111122223333");
  target.account = "444455556666";
  EXPECT_EQ(account_of(target), "444455556666");
}

TEST(PlainFunctionName, IsTheNameInsideAnArn) {
  EXPECT_EQ(plain_function_name("orders"), "orders");
  EXPECT_EQ(plain_function_name("arn:aws:lambda:eu-west-1:111122223333:function:orders"), "orders");
  EXPECT_EQ(plain_function_name("111122223333:function:orders:live"), "orders");
}

TEST(ReleaseLocks, NameAliasOrFunctionOnce) {
  plan::Plan plan;
  plan.targets = {{.name = "a", .account = "111122223333", .region = "eu-west-1"}, {.name = "b"}};
  plan.releases = {{.id = "a/x", .target = "a", .function = "x", .alias = "live"},
                   {.id = "b/x", .target = "b", .function = "x"},
                   {.id = "b/y", .target = "b", .function = "x"}};
  auto locks = release_locks(plan);
  ASSERT_EQ(locks.size(), 2u);
  EXPECT_EQ(locks[0].name, "alias:111122223333:eu-west-1:x:live");
  EXPECT_EQ(locks[1].name, "function:*:*:x");
  EXPECT_EQ(locks[0].busy, plan::Lock::Busy::reject);
}

}  // namespace
}  // namespace sluice::dialect
