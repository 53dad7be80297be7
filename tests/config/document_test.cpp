#include "config/document.hpp"

#include <gtest/gtest.h>

#include "config/codes_text.hpp"
#include "config/render.hpp"

namespace sluice::config {
namespace {

Document read(std::string text, std::string name = "a.yaml") {
  Diagnostics diagnostics;
  auto document = parse(std::move(name), std::move(text), diagnostics);
  EXPECT_TRUE(diagnostics.empty()) << render(diagnostics, Format::human);
  return document.value_or(Document{});
}

std::string as_json(std::string text) { return to_json(read(std::move(text)).root).dump(); }

std::vector<Code> faults_of(std::string text, std::string name = "a.yaml") {
  Diagnostics diagnostics;
  parse(std::move(name), std::move(text), diagnostics);
  std::vector<Code> codes;
  for (auto const& diagnostic : diagnostics.list()) codes.push_back(diagnostic.code);
  return codes;
}

TEST(Document, KeepsTheTextOfScalars) {
  struct Case {
    std::string typed, text;
    bool quoted;
  };
  Case const cases[] = {
      {"012345678901", "012345678901", false},
      {"1.10", "1.10", false},
      {"no", "no", false},
      {"\"10\"", "10", true},
      {"'it''s'", "it's", true},
      {"!!str 10", "10", true},
      {"! 10", "10", true},
      {"!!int \"10\"", "10", false},
      {"|\n  two\n  lines", "two\nlines", true},
      {">-\n  two\n  lines", "two lines", true},
      {"\"caf\\u00e9\"", "café", true},
  };
  for (auto const& c : cases) {
    SCOPED_TRACE(c.typed);
    Document document = read("key: " + c.typed);
    Node const* node = document.at_pointer("/key");
    ASSERT_NE(node, nullptr);
    EXPECT_TRUE(node->is_scalar());
    EXPECT_EQ(node->text(), c.text);
    EXPECT_EQ(node->quoted(), c.quoted);
  }
}

TEST(Document, ResolvesByTheCoreSchema) {
  struct Case {
    std::string typed, json;
  };
  Case const cases[] = {
      {"null", "null"},
      {"~", "null"},
      {"", "null"},
      {"\"\"", "\"\""},
      {"true", "true"},
      {"False", "false"},
      {"yes", "\"yes\""},
      {"on", "\"on\""},
      {"tRUE", "\"tRUE\""},
      {"0", "0"},
      {"-12", "-12"},
      {"+12", "12"},
      {"0x1F", "31"},
      {"0o17", "15"},
      {"0b11", "\"0b11\""},
      {"010", "\"010\""},
      {"1_000", "\"1_000\""},
      {"012345678901", "\"012345678901\""},
      {"1.5", "1.5"},
      {".5", "0.5"},
      {"5.", "5.0"},
      {"1e3", "1000.0"},
      {"1.10", "1.1"},
      {"1.2.3", "\"1.2.3\""},
      {".inf", "\".inf\""},
      {"1e999", "\"1e999\""},
      {"12:30", "\"12:30\""},
      {"\"10\"", "\"10\""},
      {"!!str 10", "\"10\""},
      {"!!int \"10\"", "10"},
      {"-5", "-5"},
      {"2026-01-02", "\"2026-01-02\""},
      {"9223372036854775807", "9223372036854775807"},
      {"9223372036854775808", "\"9223372036854775808\""},
  };
  for (auto const& c : cases) {
    EXPECT_EQ(as_json("key: " + c.typed), "{\"key\":" + c.json + "}") << c.typed;
  }
}

TEST(Document, KnowsWhereValuesStand) {
  Document document = read(
      "größe: \"日本\"   # comment\n"
      "list:\n"
      "  - a\n"
      "  - {x: 1, y: [2, 3]}\n"
      "text: |\n"
      "  one\n"
      "  two\n"
      "\n"
      "anchored: &name !!str  value\n");
  auto place = [&](std::string_view pointer) {
    Node const* node = document.at_pointer(pointer);
    if (!node) return std::string("nothing");
    Span const& span = node->span();
    return std::to_string(span.line) + ':' + std::to_string(span.column) + '-' +
           std::to_string(span.end_line) + ':' + std::to_string(span.end_column);
  };
  EXPECT_EQ(place("/größe"), "1:8-1:12");
  EXPECT_EQ(place("/list"), "3:3-4:22");
  EXPECT_EQ(place("/list/1"), "4:5-4:22");
  EXPECT_EQ(place("/list/1/y"), "4:15-4:21");
  EXPECT_EQ(place("/list/1/y/1"), "4:19-4:20");
  EXPECT_EQ(place("/text"), "5:7-7:6");
  EXPECT_EQ(place("/anchored"), "9:24-9:29");
  EXPECT_EQ(document.root.entries()[0].key_span.end_column, 6);
}

TEST(Document, FindsByPointer) {
  Document document = read("{a/b: {\"~\": 1}, list: [x, [y]], \"\": empty}");
  EXPECT_EQ(document.at_pointer(""), &document.root);
  EXPECT_EQ(document.at_pointer("/a~1b/~0")->text(), "1");
  EXPECT_EQ(document.at_pointer("/list/1/0")->text(), "y");
  EXPECT_EQ(document.at_pointer("/")->text(), "empty");
  for (auto missing : {"/none", "/list/2", "/list/01", "/list/-", "/list/x", "list", "/list/0/x"})
    EXPECT_EQ(document.at_pointer(missing), nullptr) << missing;
}

TEST(Document, SharesAnchoredValuesAndRemembersTheAlias) {
  Document document = read("base: &base {region: eu-west-1}\ntarget: *base\n");
  Node const* target = document.at_pointer("/target");
  EXPECT_EQ(target->find("region")->text(), "eu-west-1");
  EXPECT_EQ(target->span().line, 1);
  ASSERT_NE(target->alias_span(), nullptr);
  EXPECT_EQ(target->alias_span()->place(), "a.yaml:2:9");
  EXPECT_EQ(document.at_pointer("/base")->alias_span(), nullptr);
}

TEST(Document, MergesMappings) {
  struct Case {
    std::string text, json;
  };
  Case const cases[] = {
      {"b: &b {x: 1, y: 2}\nt:\n  <<: *b\n  y: 3\n", R"({"x":1,"y":3})"},
      {"b: &b {x: 1, y: 2}\nt:\n  y: 3\n  <<: *b\n", R"({"y":3,"x":1})"},
      {"b: &b {x: 1}\nc: &c {x: 2, z: 3}\nt: {<<: [*b, *c], w: 0}\n", R"({"x":1,"z":3,"w":0})"},
      {"b: &b {x: 1}\nc: &c {<<: *b, y: 2}\nt: {<<: *c}\n", R"({"x":1,"y":2})"},
      {"t: {<<: {x: 1}}\n", R"({"x":1})"},
      {"t: {\"<<\": 1}\n", R"({"<<":1})"},
  };
  for (auto const& c : cases) {
    Document document = read(c.text);
    ASSERT_NE(document.at_pointer("/t"), nullptr) << c.text;
    EXPECT_EQ(to_json(*document.at_pointer("/t")).dump(), c.json) << c.text;
  }
}

TEST(Document, AcceptsWhatFilesReallyLookLike) {
  EXPECT_EQ(as_json("\xEF\xBB\xBF---\nkey: 1\n...\n"), R"({"key":1})");
  EXPECT_EQ(as_json("%YAML 1.2\n---\nkey: 1\n"), R"({"key":1})");
  EXPECT_EQ(as_json("a: 1\r\nb:\r\n  - x\r\n"), R"({"a":1,"b":["x"]})");
  EXPECT_EQ(as_json("{a: 1, b: two}"), R"({"a":1,"b":"two"})");
  EXPECT_EQ(as_json("[a, {b: c}]"), R"(["a",{"b":"c"}])");
  EXPECT_EQ(as_json("key:\tvalue"), R"({"key":"value"})");
  EXPECT_EQ(as_json("on: no\n1: 2\n"), R"({"on":"no","1":2})");
}

TEST(Document, ReportsEveryFaultOfItsShape) {
  using namespace codes;
  EXPECT_EQ(faults_of("a: 1\na: 2\nb: 1\nb: 2\na: 3\n"),
            (std::vector{duplicate_key, duplicate_key, duplicate_key}));
  EXPECT_EQ(faults_of("a: !x 1\nb: !y [1]\nc: !z {d: !w 2}\n"),
            (std::vector{unknown_tag, unknown_tag, unknown_tag, unknown_tag}));
  EXPECT_EQ(faults_of("? [a]\n: 1\n? {b: 1}\n: 2\n"), (std::vector{key_not_text, key_not_text}));
  EXPECT_EQ(faults_of("<<: 1\n"), (std::vector{bad_merge}));
  EXPECT_EQ(faults_of("<<: {a: 1}\n<<: {b: 1}\n"), (std::vector{duplicate_key}));
  EXPECT_EQ(faults_of("a: &a [*a]\n"), (std::vector{alias_cycle}));
  EXPECT_EQ(faults_of("&a a: *b\n"), (std::vector{unknown_alias}));
  EXPECT_EQ(faults_of(""), (std::vector{empty_document}));
  EXPECT_EQ(faults_of("a: 1\n--- \n"), (std::vector{several_documents}));
  EXPECT_EQ(faults_of(std::string("a: \0b\n", 6)), (std::vector{control_character}));
}

TEST(Document, ComesBackWithSmallFaultsSoThatTheRestCanBeChecked) {
  Diagnostics diagnostics;
  auto document = parse("a.yaml", "a: 1\na: 2\nb: !x 3\n", diagnostics);
  ASSERT_TRUE(document.has_value());
  EXPECT_TRUE(diagnostics.has_errors());
  EXPECT_EQ(to_json(document->root).dump(), R"({"a":1,"b":"3"})");
}

TEST(Document, NodesOutliveIt) {
  Node kept;
  {
    Document document = read("a: {b: text}");
    kept = *document.at_pointer("/a");
  }
  EXPECT_EQ(kept.find("b")->text(), "text");
  EXPECT_EQ(kept.span().place(), "a.yaml:1:4");
}

}  // namespace
}  // namespace sluice::config
