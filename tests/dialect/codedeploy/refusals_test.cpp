#include <gmock/gmock.h>

#include "dialect/codedeploy/app_spec_files.hpp"

// One fault at a time in a file without one. What a person sees of each stands in
// tests/data/codedeploy/refusals.txt; `SLUICE_ACCEPT=1 dialect_codedeploy_test` writes it anew.
namespace sluice::dialect::codedeploy {
namespace {

struct Fault {
  char const* name;
  char const* from;
  char const* to;
};

constexpr Fault faults[] = {
    {"no version", "version: 0.0\n", ""},
    {"another version", "version: 0.0", "version: 1.0"},
    {"version without a number", "version: 0.0", "version: latest"},
    {"two spellings of a key", "Hooks:", "HOOKS: []\nHooks:"},
    {"servers", "Resources:", "os: linux\nother:"},
    {"containers", "AWS::Lambda::Function", "AWS::ECS::Service"},
    {"type in small letters", "AWS::Lambda::Function", "aws::lambda::function"},

    {"resources are a mapping", "  - checkout:\n", "    checkout:\n"},
    {"no resources", "Resources:", "Resources: []\nothers:"},
    {"two resources", "Hooks:", "  - billing: {}\nHooks:"},
    {"resource without a name", "checkout:", "'':"},
    {"resource is text", "  - checkout:\n", "  - checkout\nothers:\n  - checkout:\n"},
    {"definition not indented", "      Type: AWS::Lambda::Function\n      Properties:",
     "    Type: AWS::Lambda::Function\n    Properties:"},
    {"no type", "      Type: AWS::Lambda::Function\n", ""},
    {"no properties", "Properties:", "Proprieties:"},

    {"no function", "        Name: shop-checkout\n", ""},
    {"function with an alias", "shop-checkout", "shop-checkout:live"},
    {"function's ARN with a version", "Name: shop-checkout",
     "Name: arn:aws:lambda:eu-west-1:111122223333:function:shop-checkout:7"},
    {"ARN of another service", "Name: shop-checkout", "Name: arn:aws:s3:::shop-checkout"},
    {"function with a blank", "Name: shop-checkout", "Name: shop checkout"},
    {"no alias", "        Alias: live\n", ""},
    {"alias is a version", "Alias: live", "Alias: 8"},
    {"alias with a blank", "Alias: live", "Alias: live now"},
    {"no target version", "        TargetVersion: 8\n", ""},
    {"target is $LATEST", "TargetVersion: 8", "TargetVersion: $LATEST"},
    {"target is zero", "TargetVersion: 8", "TargetVersion: 0"},
    {"target is no number", "TargetVersion: 8", "TargetVersion: eight"},
    {"target with a fraction", "TargetVersion: 8", "TargetVersion: 8.0"},
    {"target is a list", "TargetVersion: 8", "TargetVersion: [8]"},
    {"current is $LATEST", "CurrentVersion: \"7\"", "CurrentVersion: $LATEST"},
    {"same version", "TargetVersion: 8", "TargetVersion: 7"},

    {"hooks are a mapping", "  - BeforeAllowTraffic: CodeDeployHook_smoke\n  - After",
     "  BeforeAllowTraffic: CodeDeployHook_smoke\n  After"},
    {"unknown hook", "BeforeAllowTraffic", "BeforeInstall"},
    {"misspelt hook", "BeforeAllowTraffic", "BeforeAlowTraffic"},
    {"two hooks in one", "\n  - AfterAllowTraffic", "\n    AfterAllowTraffic"},
    {"hook is text", "BeforeAllowTraffic: CodeDeployHook_smoke", "CodeDeployHook_smoke"},
    {"hook twice", "AfterAllowTraffic", "beforeallowtraffic"},
    {"hook without a function", "BeforeAllowTraffic: CodeDeployHook_smoke", "BeforeAllowTraffic:"},
    {"hook with an empty function", "CodeDeployHook_smoke", "''"},
    {"hook is no function", "CodeDeployHook_smoke", "https://example.com/smoke"},
    {"hook is a list", "CodeDeployHook_smoke", "[CodeDeployHook_smoke]"},
};

TEST(AppSpecRefusals, SayWhatIsWrongAndWhatToDo) {
  std::string shown;
  for (auto const& fault : faults) {
    SCOPED_TRACE(fault.name);
    auto done = compiled(edited(base_text(), fault.from, fault.to));
    EXPECT_FALSE(done.plan);
    shown += std::string("=== ") + fault.name + "\n" + done.said + "\n";
  }
  compare_or_accept(app_spec_data("refusals.txt"), shown);
}

struct Misused {
  char const* name;
  void (*set)(CompileOptions& options);
};

constexpr Misused options_of_app_specs[] = {
    {"unknown configuration",
     [](CompileOptions& o) { o.app_spec.configuration = "Canary10Percent6Minutes"; }},
    {"configuration of servers",
     [](CompileOptions& o) { o.app_spec.configuration = "CodeDeployDefault.OneAtATime"; }},
    {"configuration without minutes",
     [](CompileOptions& o) { o.app_spec.configuration = "canary:10"; }},
    {"configuration out of bounds",
     [](CompileOptions& o) { o.app_spec.configuration = "linear:1:60"; }},
    {"alarm twice", [](CompileOptions& o) { o.app_spec.alarms = {"errors", "errors"}; }},
    {"alarm without a name", [](CompileOptions& o) { o.app_spec.alarms = {""}; }},
    {"too many alarms",
     [](CompileOptions& o) {
       for (int i = 0; i < 51; ++i) o.app_spec.alarms.push_back("alarm-" + std::to_string(i));
     }},
    {"hook's time too long",
     [](CompileOptions& o) { o.app_spec.hook_timeout = std::chrono::minutes(61); }},
    {"hook's time too short",
     [](CompileOptions& o) { o.app_spec.hook_timeout = std::chrono::milliseconds(1); }},
    {"variable", [](CompileOptions& o) { o.set["version"] = "8"; }},
    {"target", [](CompileOptions& o) { o.targets = {"prod"}; }},
};

TEST(AppSpecRefusals, AreForOptionsToo) {
  std::string shown;
  for (auto const& misused : options_of_app_specs) {
    SCOPED_TRACE(misused.name);
    CompileOptions options;
    misused.set(options);
    auto done = compiled(base_text(), options);
    EXPECT_FALSE(done.plan);
    shown += std::string("=== ") + misused.name + "\n" + done.said + "\n";
  }
  compare_or_accept(app_spec_data("options.txt"), shown);
}

TEST(AppSpecRefusals, KeepTheOptionsOfAppSpecsFromOtherFiles) {
  std::string const native = "function: orders\nalias: live\n";
  ASSERT_EQ(compiled(native).said, "");
  CompileOptions options;
  options.app_spec.configuration = "canary:10:5";
  options.app_spec.hook_timeout = std::chrono::minutes(1);
  options.app_spec.alarms = {"errors"};
  options.app_spec.roll_back = false;
  auto done = compiled(native, options);
  EXPECT_FALSE(done.plan);
  compare_or_accept(app_spec_data("other-forms.txt"), done.said);
}

TEST(AppSpecRefusals, StartFromAFileWithoutAFault) { EXPECT_EQ(compiled(base_text()).said, ""); }

TEST(AppSpecWarnings, AreForWhatMeansNothing) {
  auto done =
      compiled(edited(base_text(), "        Alias", "        Region: eu-west-1\n        Alias"));
  EXPECT_TRUE(done.plan);
  EXPECT_THAT(done.said, testing::HasSubstr("unknown key \"Region\" in Properties"));
  CompileOptions strict;
  strict.strict = true;
  EXPECT_FALSE(compiled(edited(base_text(), "Hooks:", "Description: x\nHooks:"), strict).plan);
  CompileOptions timeout;
  timeout.app_spec.hook_timeout = std::chrono::minutes(1);
  std::string text = base_text();
  auto without = compiled(text.substr(0, text.find("Hooks:")), timeout);
  EXPECT_TRUE(without.plan);
  EXPECT_THAT(without.said, testing::HasSubstr("--hook-timeout changes nothing"));
}

TEST(AppSpecRefusals, LeaveTemplatesOfCloudFormationAlone) {
  EXPECT_THAT(compiled("AWSTemplateFormatVersion: 2010-09-09\nResources: {}\nHooks: {}\n").said,
              testing::HasSubstr("E1100"));
  EXPECT_THAT(compiled("version: '3'\nservices: {}\n").said, testing::HasSubstr("E1100"));
}

}  // namespace
}  // namespace sluice::dialect::codedeploy
