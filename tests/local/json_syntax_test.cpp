#include "local/wire/json_syntax.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::local {
namespace {

TEST(JsonSyntax, TakesEveryDocument) {
  for (auto const* text :
       {"{}", "[]", "null", "true", " 1 ", "-0.5e+10", "1E5", R"("a\u00e9\n")", "[1,[2,{}],\"x\"]",
        R"({"a":1,"a":2})", R"( { "a" : [ 1 , 2 ] , "b" : { "c" : null } } )",
        "123456789012345678901234567890"})
    EXPECT_TRUE(is_json_text(text)) << text;
}

TEST(JsonSyntax, RefusesEverythingElse) {
  for (auto const* text :
       {"",           " ",     "{",     "}",      "[1,]",     "[,1]",        "{\"a\"}", "{\"a\":}",
        "{\"a\":1,}", "{a:1}", "[1 2]", "01",     "1.",       ".5",          "1e",      "-",
        "+1",         "tru",   "nulll", "\"",     "\"\\x\"",  "\"\\u12g4\"", "[}",      "{]",
        "{} {}",      "'a'",   "NaN",   "\"\n\"", "\"\xff\"", "[1",          "{\"a\":1"})
    EXPECT_FALSE(is_json_text(text)) << text;
}

TEST(JsonSyntax, BoundsTheDepth) {
  EXPECT_TRUE(is_json_text(std::string(1000, '[') + std::string(1000, ']')));
  EXPECT_FALSE(is_json_text(std::string(1001, '[') + std::string(1001, ']')));
}

}  // namespace
}  // namespace sluice::local
