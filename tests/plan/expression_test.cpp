#include "plan/expression.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

json::Value expression(std::string text, std::string language = "pointer@1") {
  return plan::to_json(plan::Expression{std::move(language), std::move(text)});
}

plan::Evaluators evaluators() {
  plan::Evaluators all;
  all.add("pointer@1", plan::evaluate_pointer);
  return all;
}

TEST(Expressions, AreReplacedWhereverTheyStand) {
  json::Value scope{{"nodes", json::Value{{"a/b", json::Value{{"version", "7"}}}}}, {"item", 3}};
  json::Value input{{"list", json::array({expression("/item"), "x"})},
                    {"deep", json::Value{{"version", expression("/nodes/a~1b/version")}}}};
  auto resolved = evaluators().resolve(input, scope);
  ASSERT_TRUE(resolved) << resolved.error().text();
  EXPECT_EQ(resolved->dump(), R"({"list":[3,"x"],"deep":{"version":"7"}})");
  EXPECT_TRUE(plan::holds_expression(input));
  EXPECT_FALSE(plan::holds_expression(*resolved));
}

TEST(Expressions, WhatIsNotThereIsAnErrorThatNamesIt) {
  auto missing = evaluators().resolve(expression("/nodes/x"), json::Object{});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("no 'nodes'"), std::string::npos);
  EXPECT_FALSE(evaluators().resolve(expression("/9"), json::array({1, 2})));
}

TEST(Expressions, AnUnknownLanguageIsAnErrorThatNamesIt) {
  auto unknown = evaluators().resolve(expression("x", "harness@9"), json::Object{});
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("harness@9"), std::string::npos);
}

}  // namespace
}  // namespace sluice
