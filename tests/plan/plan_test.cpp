#include "plan/plan.hpp"

#include <gtest/gtest.h>

#include "plan/sample.hpp"

namespace sluice {
namespace {

TEST(Plan, SurvivesItsOwnJson) {
  plan::Plan plan = test::full_plan();
  auto read = plan::plan_from_json(*json::parse(plan::to_json(plan).dump()));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(plan::to_json(*read).canonical(), plan::to_json(plan).canonical());
  EXPECT_EQ(plan::digest(*read), plan::digest(plan));
}

TEST(Plan, ItsDigestFollowsItsContent) {
  plan::Plan plan = test::full_plan();
  std::string before = plan::digest(plan);
  plan.releases[0].configuration.set("MemorySize", 512);
  EXPECT_NE(plan::digest(plan), before);
}

TEST(Plan, RefusesWhatIsNoPlan) {
  for (auto text :
       {"{}", R"({"apiVersion":"sluice/v1","kind":"Plan","root":{"name":"","kind":"circle"}})",
        R"({"apiVersion":"sluice/v2","kind":"Plan"})"})
    EXPECT_FALSE(plan::plan_from_json(*json::parse(text))) << text;
}

TEST(Plan, FindsNodesByPath) {
  plan::Plan plan = test::full_plan();
  EXPECT_EQ(plan::find(plan, ""), &plan.root);
  EXPECT_EQ(plan::find(plan, "release/shift-10")->name, "shift-10");
  EXPECT_EQ(plan::find(plan, "release/~restore")->name, "restore");
  EXPECT_EQ(plan::find(plan, "release/!watch")->name, "watch");
  EXPECT_EQ(plan::find(plan, "each/[b]")->name, "wait");
  EXPECT_EQ(plan::find(plan, "release/nothing"), nullptr);
  EXPECT_EQ(plan::find(plan, "release/[b]"), nullptr);
  EXPECT_EQ(plan::parent_path("a/b/c"), "a/b");
  EXPECT_EQ(plan::parent_path("a"), "");
  EXPECT_EQ(plan::child_path("", "a"), "a");
}

}  // namespace
}  // namespace sluice
