#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "config/render.hpp"
#include "dialect/native_files.hpp"

namespace sluice::dialect {
namespace {

constexpr char const* chain = R"(
function: orders
alias: live
targets:
  dev: {region: eu-west-1}
  staging: {region: eu-west-2, after: dev}
  prod: {region: eu-west-3, after: [staging, dev]}
)";

constexpr char const* variable = R"(
variables: {memory: 128, stage: }
function: orders
memory: ${memory}
environment: {STAGE: "in ${stage}"}
)";

struct Outcome {
  std::optional<plan::Plan> plan;
  std::string text;
};

Outcome outcome(std::string const& text, CompileOptions const& options) {
  config::Diagnostics diagnostics;
  auto plan = compiled("release.yaml", text, options, diagnostics);
  std::string text_of_problems;
  for (auto const& problem : diagnostics.sorted()) text_of_problems += config::render_one(problem);
  return {std::move(plan), std::move(text_of_problems)};
}

TEST(NativeTargets, LeavesOutWhatWasNotAskedFor) {
  auto [plan, text] = outcome(chain, {.targets = {"prod", "dev"}});
  ASSERT_TRUE(plan) << text;
  ASSERT_EQ(plan->targets.size(), 2u);
  EXPECT_EQ(plan->releases.size(), 2u);
  EXPECT_EQ(plan->locks.size(), 2u);
  auto const& prod = plan->root.children.at(1);
  EXPECT_EQ(prod.name, "prod");
  EXPECT_EQ(prod.needs, std::vector<std::string>{"dev"});
}

TEST(NativeLocks, FollowTheCallerWhereTheFileSaysNothing) {
  using Busy = plan::Lock::Busy;
  auto busy_of = [](std::string const& more) {
    auto [plan, text] = outcome(chain + more, {.when_busy = Busy::queue});
    EXPECT_TRUE(plan) << text;
    return plan ? plan->locks.at(0).busy : Busy::supersede;
  };
  EXPECT_EQ(busy_of(""), Busy::queue);
  EXPECT_EQ(busy_of("when_busy: reject\n"), Busy::reject);
  EXPECT_EQ(busy_of("locks: [shop]\n"), Busy::queue);
}

TEST(NativeTargets, RefusesAnUnknownOne) {
  auto [plan, text] = outcome(chain, {.targets = {"pord"}});
  EXPECT_FALSE(plan);
  EXPECT_EQ(text,
            "error[E1102]: --target names \"pord\", which is not declared\n"
            " --> --target:1:1\n"
            "1 | pord\n"
            "  | ^^^^\n"
            "  = help: did you mean 'prod'?\n"
            "  = see: sluice explain E1102\n");
}

TEST(NativeVariables, TakeTheirTypeFromTheValue) {
  CompileOptions options;
  options.set = {{"memory", "512"}, {"stage", "${memory} \"x\""}};
  auto [plan, text] = outcome(variable, options);
  ASSERT_TRUE(plan) << text;
  auto const& configuration = plan->releases.front().configuration;
  EXPECT_EQ(configuration["MemorySize"], json::Value(512));
  EXPECT_EQ(configuration["Environment"]["Variables"]["STAGE"], json::Value("in ${memory} \"x\""));
}

TEST(NativeVariables, WithoutAValueAreRefused) {
  auto [plan, text] = outcome(variable, {});
  EXPECT_FALSE(plan);
  EXPECT_EQ(text,
            "error[E1110]: the variable \"stage\" has no value\n"
            " --> release.yaml:5:26\n"
            "5 | environment: {STAGE: \"in ${stage}\"}\n"
            "  |                          ^^^^^^^^\n"
            "  = help: give it one: --set stage=VALUE\n"
            "  = see: sluice explain E1110\n");
}

TEST(NativeVariables, UnknownSettingsListTheDeclaredOnes) {
  CompileOptions options;
  options.set = {{"stage", "dev"}, {"colour", "blue"}};
  auto [plan, text] = outcome(variable, options);
  EXPECT_FALSE(plan);
  EXPECT_EQ(text,
            "error[E1111]: --set names \"colour\", which is not a variable of this file\n"
            " --> --set:1:1\n"
            "1 | colour=blue\n"
            "  | ^^^^^^\n"
            "  = cause: declared are: memory, stage\n"
            "  = help: declare it under 'variables:'\n"
            "  = see: sluice explain E1111\n");
}

TEST(NativeVariables, AreBounded) {
  std::string many = "variables: {v: x}\nfunction: orders\nfunction_description: \"";
  for (int i = 0; i < 1024; ++i) many += "${v}";
  many += "\"\n";
  CompileOptions options;
  options.set["v"] = std::string(limits::document_bytes / 1024 + 1, 'y');
  auto [plan, text] = outcome(many, options);
  EXPECT_FALSE(plan);
  EXPECT_THAT(text, testing::HasSubstr("E1124"));
  options.set["v"] = "";
  EXPECT_TRUE(outcome(many, options).plan);
}

TEST(NativePlan, TakesTheApplicationForItsName) {
  CompileOptions options;
  options.application = "shop";
  auto [plan, text] = outcome(chain, options);
  ASSERT_TRUE(plan) << text;
  EXPECT_EQ(plan->name, "shop");
}

TEST(Compile, SaysWhatItRecognises) {
  auto [plan, text] = outcome("fuction: orders\n", {});
  EXPECT_FALSE(plan);
  EXPECT_EQ(text,
            "error[E1100]: this is not a release file that Sluice knows\n"
            " --> release.yaml:1:1\n"
            "1 | fuction: orders\n"
            "  | ^^^^^^^\n"
            "  = cause: a release file is recognised by its keys at the top: function or functions "
            "(native); kind: lambda (armory); Resources (codedeploy)\n"
            "  = help: did you mean 'function'?\n"
            "  = see: sluice explain E1100\n");
}

TEST(Compile, LeavesFilesOfOtherToolsAlone) {
  auto [plan, text] = outcome("service: shop\nprovider: {name: aws}\nfunctions: {a: {}}\n", {});
  EXPECT_FALSE(plan);
  EXPECT_THAT(text, testing::HasSubstr("E1100"));
}

TEST(NativeRollback, SaysWhatIsDeleted) {
  auto [plan, text] = outcome(
      "function: orders\nalias: live\ncreated_here: delete\ncandidate: delete\ndrain: 10m\n", {});
  ASSERT_TRUE(plan) << text;
  EXPECT_TRUE(plan->releases[0].delete_created);
  EXPECT_TRUE(plan->releases[0].delete_candidate);
  EXPECT_EQ(plan->releases[0].drain, std::chrono::minutes(10));
  auto again = plan::plan_from_json(plan::to_json(*plan));
  ASSERT_TRUE(again);
  EXPECT_EQ(plan::digest(*again), plan::digest(*plan));
  EXPECT_EQ(again->releases[0].drain, std::chrono::minutes(10));
}

TEST(NativeRollback, KeepsEverythingUnlessTold) {
  auto [plan, text] = outcome("function: orders\nalias: live\ncandidate: keep\n", {});
  ASSERT_TRUE(plan) << text;
  EXPECT_FALSE(plan->releases[0].delete_created);
  EXPECT_FALSE(plan->releases[0].delete_candidate);
}

TEST(NativeRollback, RefusesADrainOfNothing) {
  auto [plan, text] = outcome("function: orders\nalias: live\ndrain: 10m\n", {});
  EXPECT_FALSE(plan);
  EXPECT_TRUE(text.contains("say candidate: delete or keep_versions, or leave it out")) << text;
}

}  // namespace
}  // namespace sluice::dialect
