#include "dialect/codedeploy/app_spec.hpp"

#include <gmock/gmock.h>

#include "config/render.hpp"
#include "dialect/codedeploy/app_spec_files.hpp"

namespace sluice::dialect::codedeploy {
namespace {

struct Read {
  std::optional<AppSpec> spec;
  std::string said;
};

Read read(std::string const& text, AppSpecRules const& rules = {}) {
  config::Diagnostics diagnostics;
  auto spec = read_app_spec(config::make_source("revision", text), rules, diagnostics);
  return {std::move(spec), config::render(diagnostics, config::Format::human)};
}

TEST(AppSpec, IsReadWhole) {
  AppSpec const expected{"shop-checkout",
                         "live",
                         "7",
                         "8",
                         "CodeDeployHook_smoke",
                         "arn:aws:lambda:eu-west-1:111122223333:function:CodeDeployHook_verify"};
  EXPECT_EQ(read(base_text()).spec, expected);
}

/// What the service's own samples and its clients send.
TEST(AppSpec, IsTheSameInYamlAndJson) {
  AppSpec const expected{"f", "a", "1", "2", "", "h"};
  char const* const texts[] = {
      "version: 0.0\nResources:\n  - r:\n      Type: AWS::Lambda::Function\n      Properties:\n"
      "        {Name: f, Alias: a, CurrentVersion: 1, TargetVersion: '2'}\nHooks: "
      "[AfterAllowTraffic: h]\n",
      R"({"version":0.0,"Resources":[{"r":{"Type":"AWS::Lambda::Function","Properties":)"
      R"({"Name":"f",)"
      R"("Alias":"a","CurrentVersion":"1","TargetVersion":2}}}],)"
      R"("Hooks":[{"AfterAllowTraffic":"h"}]})",
      "\t\n {\n\t\"version\": \"0.0\",\n\t\"resources\": [{\"r\": {\"type\": "
      "\"AWS::Lambda::Function\",\n\t\"properties\": {\"name\": \"f\", \"alias\": \"a\", "
      "\"currentversion\": \"1\",\n\t\"targetversion\": \"2\"}}}],\n\t\"hooks\": "
      "[{\"afterallowtraffic\": \"h\"}]}",
      // JavaScript writes 0.0 as 0.
      R"({"version":0,"Resources":[{"r":{"Type":"AWS::Lambda::Function","Properties":)"
      R"({"Name":"f",)"
      R"("Alias":"a","CurrentVersion":"1","TargetVersion":2}}}],)"
      R"("Hooks":[{"AfterAllowTraffic":"h"}]})",
  };
  for (auto const* text : texts) {
    auto done = read(text);
    EXPECT_EQ(done.said, "");
    EXPECT_EQ(done.spec, expected) << text;
  }
}

TEST(AppSpec, MayHaveNoHooks) {
  std::string const text = base_text();
  std::string const without = text.substr(0, text.find("Hooks:"));
  for (auto const* hooks : {"", "Hooks:\n", "Hooks: []\n", "hooks: null\n"}) {
    auto done = read(without + hooks);
    ASSERT_TRUE(done.spec) << hooks << done.said;
    EXPECT_EQ(done.spec->before_hook + done.spec->after_hook, "");
  }
}

TEST(AppSpec, HasToSayTheCurrentVersionWhereTheCallerWantsIt) {
  std::string const text = edited(base_text(), "        CurrentVersion: \"7\"\n", "");
  EXPECT_THAT(read(text).said, testing::HasSubstr("Properties needs \"CurrentVersion\""));
  auto done = read(text, {.current_version_required = false});
  ASSERT_TRUE(done.spec) << done.said;
  EXPECT_EQ(done.spec->current_version, "");
}

TEST(AppSpec, MayTargetTheCurrentVersionWhereTheCallerAllowsIt) {
  std::string const text = edited(base_text(), "TargetVersion: 8", "TargetVersion: 7");
  EXPECT_FALSE(read(text).spec);
  EXPECT_TRUE(read(text, {.same_version = true}).spec);
}

TEST(AppSpec, IsNoneWhereTheTextIsNoDocument) {
  for (auto const* text : {"", "   \n", "{\"version\": 0.0", "- a\n", "just words", "a: [", "{}"}) {
    auto done = read(text);
    EXPECT_FALSE(done.spec) << text;
    EXPECT_THAT(done.said, testing::HasSubstr("error[E")) << text;
  }
}

TEST(FunctionReference, IsANameOrAnArn) {
  std::string const arn = "arn:aws:lambda:eu-west-1:111122223333:function:orders";
  for (bool qualifier : {false, true})
    for (std::string const& text :
         {std::string("orders"), arn, std::string("111122223333:function:orders"),
          std::string("arn:aws-cn:lambda:cn-north-1:111122223333:"
                      "function:orders")})
      EXPECT_EQ(function_name_in(text, qualifier), "orders") << text;
  for (std::string const& text : {std::string("orders:live"), arn + ":7", arn + ":$LATEST"}) {
    EXPECT_EQ(function_name_in(text, true), "orders") << text;
    EXPECT_EQ(function_name_in(text, false), "") << text;
  }
  for (std::string const& text :
       {std::string(""), std::string("orders:"), arn + ":", std::string("a b"),
        std::string(65, 'a'), std::string("arn:aws:s3:::bucket"), std::string("arn:"),
        std::string("1:function:orders"), std::string(":function:orders"), arn + ":live:more",
        std::string("arn:aws:lambda:eu-west-1:111122223333:layer:orders"),
        std::string("arn:aws:lambda::111122223333:function:orders")})
    EXPECT_EQ(function_name_in(text, true), "") << text;
}

}  // namespace
}  // namespace sluice::dialect::codedeploy
