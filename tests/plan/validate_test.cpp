#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/sample.hpp"

namespace sluice {
namespace {

using testing::Contains;
using testing::HasSubstr;

TEST(PlanProblems, AGoodPlanHasNone) {
  EXPECT_THAT(plan::problems_of(test::full_plan()), testing::IsEmpty());
}

struct Case {
  char const* name;
  void (*spoil)(plan::Plan&);
  char const* problem;
};

class PlanProblems : public testing::TestWithParam<Case> {};

TEST_P(PlanProblems, AreNamed) {
  plan::Plan plan = test::full_plan();
  GetParam().spoil(plan);
  EXPECT_THAT(plan::problems_of(plan), Contains(HasSubstr(GetParam().problem)));
}

INSTANTIATE_TEST_SUITE_P(
    Table, PlanProblems,
    testing::Values(
        Case{"unknown_target", [](plan::Plan& p) { p.releases[0].target = "moon"; },
             "undeclared target 'moon'"},
        Case{"unknown_release",
             [](plan::Plan& p) { p.root.children[0].children[0].step->input.set("release", "x"); },
             "undeclared release 'x'"},
        Case{"target_twice", [](plan::Plan& p) { p.targets.push_back(p.targets[0]); },
             "declared twice"},
        Case{"cycle", [](plan::Plan& p) { p.root.children[0].needs = {"each"}; }, "cycle"},
        Case{"unknown_need", [](plan::Plan& p) { p.root.children[1].needs = {"nobody"}; },
             "unknown 'nobody'"},
        Case{"sibling_twice", [](plan::Plan& p) { p.root.children[1].name = "release"; },
             "there twice"},
        Case{"bad_name", [](plan::Plan& p) { p.root.children[1].name = "~x"; },
             "not a usable node name"},
        Case{"no_body", [](plan::Plan& p) { p.root.children[1].children.clear(); },
             "exactly one body"},
        Case{"unknown_scope",
             [](plan::Plan& p) { p.root.children[0].on_failure[1].action.scope = "elsewhere"; },
             "unknown scope"},
        Case{"ask_nothing",
             [](plan::Plan& p) { p.root.children[0].on_failure[0].action.choices.clear(); },
             "asks without a choice"},
        Case{"retry_never",
             [](plan::Plan& p) { p.root.children[0].children[0].on_failure[0].action.count = 0; },
             "retries 0 times"},
        Case{"step_and_scope",
             [](plan::Plan& p) { p.root.children[0].step = plan::Step{"pause", {}}; },
             "either a scope or a step"}),
    [](auto const& test) { return std::string(test.param.name); });

TEST(PlanProblems, ADeepTreeIsRefused) {
  plan::Plan plan = test::full_plan();
  plan::Node deep = plan::leaf("leaf", plan::PauseStep{});
  for (int i = 0; i < 40; ++i) deep = plan::sequence("level", {deep});
  plan.root.children.push_back(deep);
  EXPECT_THAT(plan::problems_of(plan), Contains(HasSubstr("nested too deeply")));
}

}  // namespace
}  // namespace sluice
