#include "dialect/codedeploy/app_spec_files.hpp"

// Files in tests/data/codedeploy/good compile to the plan beside them, without a word.
// `SLUICE_ACCEPT=1 dialect_codedeploy_test` writes the plans anew.
namespace sluice::dialect::codedeploy {
namespace {

using std::chrono::minutes;

struct Case {
  std::string name;
  CompileOptions options;
};

std::vector<Case> cases() {
  CompileOptions canary;
  canary.app_spec.configuration = "Canary10Percent5Minutes";
  canary.app_spec.alarms = {"checkout-errors", "checkout-latency"};
  canary.app_spec.hook_timeout = minutes(10);
  CompileOptions linear;
  linear.app_spec.configuration = "linear:30:2";
  linear.app_spec.roll_back = false;
  linear.when_busy = plan::Lock::Busy::queue;
  linear.application = "mail";
  CompileOptions at_once;
  at_once.app_spec.hooks_reported = true;
  return {{"canary-with-hooks-and-alarms", canary},
          {"linear-in-small-letters", linear},
          {"at-once-in-json-with-tabs", at_once}};
}

TEST(AppSpecGolden, FilesCompileToTheirPlans) {
  std::size_t files = 0;
  for (auto const& entry : std::filesystem::directory_iterator(app_spec_data("good")))
    files += entry.path().extension() == ".yaml";
  EXPECT_EQ(files, cases().size());
  for (auto const& one : cases()) {
    SCOPED_TRACE(one.name);
    auto done = compiled(text_of(app_spec_data("good/" + one.name + ".yaml")), one.options);
    EXPECT_EQ(done.said, "");
    ASSERT_TRUE(done.plan);
    compare_or_accept(app_spec_data("good/" + one.name + ".plan.json"),
                      plan::to_json(*done.plan).pretty() + "\n");
    auto again = plan::plan_from_json(plan::to_json(*done.plan));
    ASSERT_TRUE(again);
    EXPECT_EQ(plan::digest(*again), plan::digest(*done.plan));
  }
}

}  // namespace
}  // namespace sluice::dialect::codedeploy
