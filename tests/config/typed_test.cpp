#include "config/typed.hpp"

#include <gtest/gtest.h>

#include "config/codes_text.hpp"

namespace sluice::config {
namespace {

struct Typed {
  Document document;
  Diagnostics diagnostics;
  Node const& node() const { return *document.at_pointer("/weight"); }
  std::string message() const {
    return diagnostics.empty() ? "" : diagnostics.list().front().message;
  }
  std::string help() const {
    return diagnostics.empty() ? "" : diagnostics.list().front().advice.help;
  }
};

Typed typed(std::string value) {
  Typed out;
  auto document = parse("a.yaml", "weight: " + value, out.diagnostics);
  EXPECT_TRUE(document.has_value()) << value;
  out.document = document.value_or(Document{});
  return out;
}

TEST(Typed, Integers) {
  struct Case {
    std::string typed;
    std::optional<std::int64_t> value;
    std::string found, help;
  };
  Case const cases[] = {
      {"10", 10, "", ""},
      {"0", 0, "", ""},
      {"100", 100, "", ""},
      {"0x10", 16, "", ""},
      {"+7", 7, "", ""},
      {"101", {}, "\"101\"", ""},
      {"-1", {}, "\"-1\"", ""},
      {"99999999999999999999", {}, "\"99999999999999999999\"", ""},
      {"\"10\"", {}, "the text \"10\"", "write `weight: 10`"},
      {"10%", {}, "the text \"10%\"", "write `weight: 10`"},
      {"10.0", {}, "the number 10.0", "write `weight: 10`"},
      {"10.5", {}, "the number 10.5", ""},
      {"1_0", {}, "the text \"1_0\"", "write `weight: 10`"},
      {"010", {}, "the text \"010\"", ""},
      {"ten", {}, "the text \"ten\"", ""},
      {"true", {}, "true", ""},
      {"[10]", {}, "a list", ""},
      {"{a: 1}", {}, "a mapping", ""},
      {"", {}, "nothing", ""},
      {"~", {}, "~", ""},
  };
  for (auto const& c : cases) {
    SCOPED_TRACE(c.typed);
    Typed t = typed(c.typed);
    EXPECT_EQ(as_integer(t.node(), t.diagnostics, "weight", {0, 100}), c.value);
    if (c.value) {
      EXPECT_TRUE(t.diagnostics.empty());
    } else {
      EXPECT_EQ(t.message(), "\"weight\" must be a whole number from 0 to 100, found " + c.found);
      EXPECT_EQ(t.help(), c.help);
    }
  }
}

TEST(Typed, QuotedNumbersCountWhereTheFormatSaysSo) {
  Typed t = typed("\"10\"");
  EXPECT_EQ(as_integer(t.node(), t.diagnostics, "weight", {.quoted = Quoted::accepted}), 10);
  EXPECT_EQ(as_number(t.node(), t.diagnostics, "weight", {.quoted = Quoted::accepted}), 10.0);
  Typed truth = typed("'true'");
  EXPECT_EQ(as_boolean(truth.node(), truth.diagnostics, "on", Quoted::accepted), true);
  EXPECT_TRUE(t.diagnostics.empty() && truth.diagnostics.empty());
}

TEST(Typed, Numbers) {
  struct Case {
    std::string typed;
    std::optional<double> value;
    std::string message, help;
  };
  std::string const must = "\"weight\" must be a number from 0 to 1, found ";
  Case const cases[] = {
      {"0.5", 0.5, "", ""},
      {"1", 1.0, "", ""},
      {"1e-1", 0.1, "", ""},
      {"1.5", {}, must + "\"1.5\"", ""},
      {"1e999", {}, must + "\"1e999\"", ""},
      {".nan", {}, must + "the text \".nan\"", ""},
      {"'0.5'", {}, must + "the text \"0.5\"", "write `weight: 0.5`"},
  };
  for (auto const& c : cases) {
    Typed t = typed(c.typed);
    EXPECT_EQ(as_number(t.node(), t.diagnostics, "weight", {.min = 0, .max = 1}), c.value);
    EXPECT_EQ(t.message(), c.message);
    EXPECT_EQ(t.help(), c.help);
  }
}

TEST(Typed, RangesWithOneEndSayOnlyThat) {
  Typed low = typed("-1");
  as_integer(low.node(), low.diagnostics, "weight", {.min = 0});
  EXPECT_EQ(low.message(), "\"weight\" must be a whole number of at least 0, found \"-1\"");
  Typed high = typed("9");
  as_number(high.node(), high.diagnostics, "weight", {.max = 2.5});
  EXPECT_EQ(high.message(), "\"weight\" must be a number of at most 2.5, found \"9\"");
}

TEST(Typed, Booleans) {
  for (auto [text, value] : {std::pair{"true", true}, {"True", true}, {"FALSE", false}}) {
    Typed t = typed(text);
    EXPECT_EQ(as_boolean(t.node(), t.diagnostics, "weight"), value) << text;
  }
  for (auto [text, help] : {std::pair{"yes", "write `weight: true`"},
                            {"off", "write `weight: false`"},
                            {"\"true\"", "write `weight: true`"},
                            {"0", "write `weight: false`"},
                            {"maybe", ""}}) {
    Typed t = typed(text);
    EXPECT_EQ(as_boolean(t.node(), t.diagnostics, "weight"), std::nullopt) << text;
    EXPECT_EQ(t.help(), help) << text;
  }
}

TEST(Typed, Durations) {
  using namespace std::chrono_literals;
  struct Case {
    std::string typed;
    DurationRange range;
    std::optional<Duration> value;
    std::string message, help;
  };
  Case const cases[] = {
      {"90s", {}, 90s, "", ""},
      {"1h30m", {}, 90min, "", ""},
      {"\"5m\"", {}, 5min, "", ""},
      {"5", {.bare_unit = 1min}, 5min, "", ""},
      {"0.5", {.bare_unit = 1min}, 30s, "", ""},
      {"5",
       {},
       {},
       "\"weight\" must be a duration, found the number 5",
       "give it a unit: write `weight: 5s`"},
      {"-5",
       {.bare_unit = 1min},
       {},
       "\"weight\" must be a duration, found the number -5",
       "write a number with its unit: 30s, 5m, 1h30m"},
      {"99999999999999",
       {.bare_unit = 1h},
       {},
       "\"weight\" must be a duration, found the number 99999999999999",
       "give it a unit: write `weight: 99999999999999s`"},
      {"soon",
       {},
       {},
       "\"weight\" must be a duration, found the text \"soon\"",
       "write a number with its unit: 30s, 5m, 1h30m"},
      {"[1s]",
       {},
       {},
       "\"weight\" must be a duration, found a list",
       "write a number with its unit: 30s, 5m, 1h30m"},
      {"1s", {.min = 1s, .max = 2s}, 1s, "", ""},
      {"2001ms",
       {.min = 1s, .max = 2s},
       {},
       "\"weight\" must be a duration from 1s to 2s, found \"2001ms\"",
       ""},
  };
  for (auto const& c : cases) {
    SCOPED_TRACE(c.typed);
    Typed t = typed(c.typed);
    EXPECT_EQ(as_duration(t.node(), t.diagnostics, "weight", c.range), c.value);
    EXPECT_EQ(t.message(), c.message);
    EXPECT_EQ(t.help(), c.help);
  }
}

TEST(Typed, Arns) {
  std::string const role = "arn:aws:iam::123456789012:role/deploy";
  Typed good = typed(role);
  EXPECT_EQ(as_arn(good.node(), good.diagnostics, "role", "iam"), role);
  for (auto [text, cause] : {
           std::pair{"role/deploy", "it does not start with 'arn:'"},
           {"arn:aws:iam:x", "it has fewer than six parts between its colons"},
           {"arn:azure:iam::123456789012:role/x",
            "its partition \"azure\" is not aws, aws-cn, aws-us-gov, …"},
           {"arn:aws:s3:::bucket", "it belongs to \"s3\", not to iam"},
           {"arn:aws:iam::1234:role/x", "its account \"1234\" is not twelve digits"},
           {"'arn:aws:iam::123456789012:'", "it names no resource"},
           {"arn:aws:iam::123456789012:role/a b", "it holds a blank"},
       }) {
    Typed t = typed(text);
    EXPECT_EQ(as_arn(t.node(), t.diagnostics, "role", "iam"), std::nullopt) << text;
    ASSERT_EQ(t.diagnostics.error_count(), 1u) << text;
    EXPECT_EQ(t.diagnostics.list().front().advice.cause, cause);
  }
}

TEST(Typed, NamesAreCheckedToTheirLimit) {
  auto cause_of = [](std::string name, NameRule rule) -> std::string {
    Typed t = typed("'" + name + "'");
    auto read = as_name(t.node(), t.diagnostics, "alias", rule);
    EXPECT_EQ(read.has_value(), t.diagnostics.empty());
    return t.diagnostics.empty() ? "fits" : t.diagnostics.list().front().advice.cause;
  };
  EXPECT_EQ(cause_of("live-1_a", {}), "fits");
  EXPECT_EQ(cause_of(std::string(64, 'x'), {}), "fits");
  EXPECT_EQ(cause_of(std::string(65, 'x'), {}), "it has 65 characters");
  EXPECT_EQ(cause_of("", {}), "it is empty");
  EXPECT_EQ(cause_of("grün", {}), "it holds \"ü\"");
  EXPECT_EQ(cause_of("a.b", {.also = "."}), "fits");
  EXPECT_EQ(cause_of("a-b", {.also = ""}), "it holds \"-\"");
}

TEST(Typed, TextGuessesWhatTemplatesMeant) {
  Typed list = typed("[a]");
  EXPECT_EQ(as_string(list.node(), list.diagnostics, "weight"), std::nullopt);
  EXPECT_EQ(list.message(), "\"weight\" must be text, found a list");
  Typed account = typed("012345678901");
  EXPECT_EQ(as_string(account.node(), account.diagnostics, "weight"), "012345678901");
}

TEST(Typed, ASingleValueIsShownAsAList) {
  Typed t = typed("10");
  EXPECT_FALSE(is_sequence(t.node(), t.diagnostics, "weight"));
  EXPECT_EQ(t.help(), "write `weight: [10]`");
}

}  // namespace
}  // namespace sluice::config
