#include <gtest/gtest.h>

#include "config/codes_text.hpp"
#include "config/document.hpp"
#include "config/render.hpp"

namespace sluice::config {
namespace {

TEST(JsonText, IsReadByItsOwnRules) {
  struct Case {
    std::string text, dumped;
  };
  Case const cases[] = {
      {"{\n\t\"a\":\t1\n}", R"({"a":1})"},
      {R"({"a":"\/\"\\\b\f\n\r\t"})", "{\"a\":\"/\\\"\\\\\\u0008\\u000c\\n\\r\\t\"}"},
      {R"({"a":"\u00e9\ud83d\ude00"})", "{\"a\":\"é😀\"}"},
      {R"({"a":"A\u0000"})", R"({"a":"A\u0000"})"},
      {R"({"a": "no", "b": "10", "c": null, "d": true})",
       R"({"a":"no","b":"10","c":null,"d":true})"},
      {R"([1, -0, 1.5, 1E2, 9223372036854775807, []])",
       R"([1,0,1.5,100.0,9223372036854775807,[]])"},
      {R"({"<<": {"a": 1}, "": {}})", R"({"<<":{"a":1},"":{}})"},
      {R"({"a": "*x", "b": "&y", "c": "# z"})", R"({"a":"*x","b":"&y","c":"# z"})"},
      {" \"text\" ", "\"text\""},
  };
  for (auto const& c : cases) {
    Diagnostics diagnostics;
    auto document = parse("a.json", c.text, diagnostics);
    ASSERT_TRUE(document) << c.text << render(diagnostics, Format::human);
    EXPECT_EQ(to_json(document->root).dump(), c.dumped) << c.text;
  }
}

TEST(JsonText, IsRefusedWhereItIsNone) {
  for (std::string text : {"{",
                           "}",
                           "[1,]",
                           "[1 2]",
                           "{\"a\"}",
                           "{\"a\" 1}",
                           "{a: 1}",
                           "{\"a\":1,}",
                           "[01]",
                           "[1.]",
                           "[.5]",
                           "[+1]",
                           "[1e]",
                           "[-]",
                           "[NaN]",
                           "[True]",
                           "[\"\\x\"]",
                           "[\"\\u12\"]",
                           "[\"\\ude00\"]",
                           "[\"\\ud83d\\u0041\"]",
                           "[\"a\nb\"]",
                           "[\"open]",
                           "[1] 2",
                           "[1]]",
                           "'a'",
                           "[9223372036854775808]",
                           "[-9223372036854775809]",
                           "// x\n{}",
                           "[1}",
                           "{\"a\":1]"}) {
    Diagnostics diagnostics;
    EXPECT_FALSE(parse("a.json", text, diagnostics)) << text;
    ASSERT_EQ(diagnostics.error_count(), 1u) << text;
    EXPECT_EQ(diagnostics.list().front().code, codes::not_json) << text;
  }
}

TEST(JsonText, IsRecognisedWithoutItsName) {
  Diagnostics diagnostics;
  auto document = parse("-", "\n{\n\t\"a\": \"\\ud83d\\ude00\\/\"}", diagnostics);
  ASSERT_TRUE(document) << render(diagnostics, Format::human);
  EXPECT_EQ(document->at_pointer("/a")->text(), "😀/");
}

TEST(JsonText, KeepsTheTextOfNumbers) {
  Diagnostics diagnostics;
  auto document = parse("a.json", "{\"a\": 1.10, \"b\": \"1.10\"}", diagnostics);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->at_pointer("/a")->text(), "1.10");
  EXPECT_FALSE(document->at_pointer("/a")->quoted());
  EXPECT_TRUE(document->at_pointer("/b")->quoted());
  EXPECT_EQ(document->at_pointer("/a")->span().place(), "a.json:1:7");
}

}  // namespace
}  // namespace sluice::config
