#include "config/reader.hpp"

#include <gtest/gtest.h>

#include "config/codes_text.hpp"
#include "config/render.hpp"

namespace sluice::config {
namespace {

using testing::ElementsAre;
using testing::Pair;

struct Read {
  Diagnostics diagnostics;
  Document document;
  MapReader reader(Unknown unknown = Unknown::error) {
    return MapReader(document.root, diagnostics, unknown, "the release file");
  }
  std::vector<std::string> messages() const {
    std::vector<std::string> out;
    for (auto const& diagnostic : diagnostics.sorted()) out.push_back(diagnostic.message);
    return out;
  }
};

Read read(std::string text) {
  Read out;
  auto document = parse("a.yaml", std::move(text), out.diagnostics);
  EXPECT_TRUE(document.has_value()) << render(out.diagnostics, Format::human);
  out.document = document.value_or(Document{});
  return out;
}

enum class Mode { automatic, manual };

TEST(MapReader, ReadsEveryType) {
  Read f = read(
      "name: orders\naccount: 012345678901\nweight: 10\nshare: 0.5\non: true\npause: 5m\n"
      "mode: MANUAL\nword: b\ntarget: {region: eu-west-1}\nlist: [1, 2]\nmaps: [{a: 1}, {a: 2}]\n"
      "strings: [a, 1]\nenv: {B: 1.10, A: yes}\nrole: arn:aws:iam::123456789012:role/x\n");
  MapReader r = f.reader();
  EXPECT_EQ(r.required_string("name"), "orders");
  EXPECT_EQ(r.string("account"), "012345678901");
  EXPECT_EQ(r.integer("weight", {0, 100}), 10);
  EXPECT_EQ(r.number("share"), 0.5);
  EXPECT_EQ(r.boolean("on"), true);
  EXPECT_EQ(r.duration("pause"), std::chrono::minutes(5));
  EXPECT_EQ(r.one_of<Mode>("mode", {{"automatic", Mode::automatic}, {"manual", Mode::manual}},
                           Letters::any_case),
            Mode::manual);
  EXPECT_EQ(r.word("word", {"a", "b"}), "b");
  EXPECT_EQ(r.list("list").size(), 2u);
  EXPECT_THAT(r.strings("strings"), ElementsAre("a", "1"));
  EXPECT_THAT(r.string_map("env"), ElementsAre(Pair("A", "yes"), Pair("B", "1.10")));
  EXPECT_EQ(r.arn("role", "iam"), "arn:aws:iam::123456789012:role/x");
  auto target = r.map("target");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->required_string("region"), "eu-west-1");
  target->done();
  auto maps = r.maps("maps");
  ASSERT_EQ(maps.size(), 2u);
  EXPECT_EQ(maps[1].required_integer("a"), 2);
  r.done();
  EXPECT_THAT(f.messages(), ElementsAre());
}

TEST(MapReader, MissingIsNoneAndOnlyRequiredIsReported) {
  Read f = read("other:\n");
  MapReader r = f.reader();
  EXPECT_EQ(r.string("name"), std::nullopt);
  EXPECT_EQ(r.integer("weight"), std::nullopt);
  EXPECT_EQ(r.map("target"), std::nullopt);
  EXPECT_TRUE(r.list("list").empty());
  EXPECT_TRUE(r.string_map("env").empty());
  EXPECT_EQ(r.string("other"), std::nullopt);
  EXPECT_TRUE(f.diagnostics.empty());
  EXPECT_EQ(r.required_string({"functionName", "function"}), "");
  EXPECT_EQ(r.required_integer("other"), 0);
  EXPECT_EQ(r.required_one_of<Mode>("mode", {{"manual", Mode::manual}}), Mode::manual);
  EXPECT_THAT(f.messages(),
              ElementsAre("the release file needs \"functionName\"", "\"other\" has no value",
                          "the release file needs \"mode\""));
}

TEST(MapReader, KnowsAKeyByItsOtherNames) {
  Read f = read("function: [orders]\n");
  MapReader r = f.reader();
  EXPECT_TRUE(r.has({"functionName", "function"}));
  EXPECT_EQ(r.required_string({"functionName", "function"}), "");
  r.done();
  EXPECT_THAT(f.messages(), ElementsAre("\"function\" must be text, found a list"));
}

TEST(MapReader, RefusesTwoNamesOfOneThing) {
  Read f = read("function: a\nfunctionName: b\n");
  MapReader r = f.reader();
  EXPECT_EQ(r.required_string({"functionName", "function"}), "b");
  r.done();
  EXPECT_THAT(f.messages(),
              ElementsAre("\"function\" and \"functionName\" are two names for the same thing"));
}

TEST(MapReader, ReportsUnknownKeysWithTheNearest) {
  Read f = read("wieght: 1\nzzz: 2\n");
  MapReader r = f.reader();
  r.integer("weight");
  r.accept({"function"});
  r.done();
  ASSERT_EQ(f.diagnostics.error_count(), 2u);
  EXPECT_EQ(f.diagnostics.list()[0].message, "unknown key \"wieght\" in the release file");
  EXPECT_EQ(f.diagnostics.list()[0].advice.help, "did you mean \"weight\"?");
  EXPECT_EQ(f.diagnostics.list()[1].advice.help, "keys that are known here: weight, function");
}

TEST(MapReader, UnknownKeysCanBeWarningsAlsoBelow) {
  Read f = read("zzz: 1\ntarget: {yyy: 1}\n");
  MapReader r = f.reader(Unknown::warning);
  if (auto target = r.map("target")) target->done();
  r.done();
  EXPECT_FALSE(f.diagnostics.has_errors());
  EXPECT_EQ(f.diagnostics.warning_count(), 2u);
}

TEST(MapReader, SaysOnceThatItIsNoMapping) {
  Read f = read("[a]\n");
  MapReader r = f.reader();
  EXPECT_FALSE(r.valid());
  EXPECT_EQ(r.required_string("name"), "");
  EXPECT_EQ(r.required_map("target"), std::nullopt);
  EXPECT_EQ(r.required_list("list").size(), 0u);
  r.done();
  EXPECT_THAT(f.messages(),
              ElementsAre("\"the release file\" must be a mapping (key: value), found a list"));
}

TEST(MapReader, NamesListElementsByTheirPlace) {
  Read f = read("maps: [{a: 1}, 2]\nstrings: [a, [b]]\nenv: {A: {x: 1}}\nnone: []\n");
  MapReader r = f.reader();
  EXPECT_EQ(r.maps("maps").size(), 1u);
  EXPECT_THAT(r.strings("strings"), ElementsAre("a"));
  EXPECT_TRUE(r.string_map("env").empty());
  EXPECT_TRUE(r.required_list("none").empty());
  EXPECT_THAT(
      f.messages(),
      ElementsAre("\"maps[1]\" must be a mapping (key: value), found the number 2",
                  "\"strings[1]\" must be text, found a list",
                  "\"env.A\" must be text, found a mapping", "\"none\" must not be an empty list"));
}

TEST(MapReader, RefusesEmptyTextWhereItIsRequired) {
  Read f = read("name: \"\"\n");
  MapReader r = f.reader();
  EXPECT_EQ(r.required_string("name"), "");
  EXPECT_EQ(r.string("name"), "");
  EXPECT_THAT(f.messages(), ElementsAre("\"name\" must not be empty"));
}

TEST(MapReader, PointsCallersToPlaces) {
  Read f = read("target:\n  region: eu-west-1\n  weight: 5\n");
  MapReader r = f.reader();
  auto target = r.map("target");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->span_of("weight").place(), "a.yaml:3:11");
  EXPECT_EQ(target->span_of_key("weight").place(), "a.yaml:3:3");
  EXPECT_EQ(target->span_of("none").place(), "a.yaml:2:3");
  EXPECT_EQ(target->span_of("none").end_line, 2);
  target->error("weight", codes::out_of_range, "too small", "write more");
  target->warning("none", codes::missing_key, "better with it");
  EXPECT_THAT(f.messages(), ElementsAre("better with it", "too small"));
}

}  // namespace
}  // namespace sluice::config
