#include <gtest/gtest.h>
#include <sys/resource.h>

#include "config/codes_text.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"
#include "config/render.hpp"

namespace sluice::config {
namespace {

std::optional<Code> fault_of(std::string text, std::string name = "a.yaml") {
  Diagnostics diagnostics;
  auto document = parse(std::move(name), std::move(text), diagnostics);
  if (!diagnostics.has_errors()) {
    EXPECT_TRUE(document.has_value());
    return std::nullopt;
  }
  EXPECT_EQ(diagnostics.error_count(), 1u) << render(diagnostics, Format::human);
  return diagnostics.list().front().code;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string nested(std::size_t depth) { return repeated("[", depth) + repeated("]", depth); }

TEST(Limits, Depth) {
  for (std::string name : {"a.yaml", "a.json"}) {
    EXPECT_EQ(fault_of(nested(64), name), std::nullopt) << name;
    EXPECT_EQ(fault_of(nested(65), name), codes::too_deep) << name;
  }
  EXPECT_EQ(fault_of("a: " + nested(63)), std::nullopt);
  EXPECT_EQ(fault_of("a: " + nested(64)), codes::too_deep);
}

TEST(Limits, DepthCountsThroughAliases) {
  std::string anchor = "a: &a " + nested(32) + "\nb: ";
  EXPECT_EQ(fault_of(anchor + repeated("[", 31) + "*a" + repeated("]", 31)), std::nullopt);
  EXPECT_EQ(fault_of(anchor + repeated("[", 32) + "*a" + repeated("]", 32)), codes::too_deep);
}

TEST(Limits, DepthOfAFileOfBracketsOnly) {
  for (std::string name : {"a.yaml", "a.json"}) {
    EXPECT_EQ(fault_of(repeated("[", 1'000'000), name), codes::too_deep) << name;
    EXPECT_EQ(fault_of(repeated("{\"a\":", 200'000), name), codes::too_deep) << name;
  }
  EXPECT_EQ(fault_of(repeated("- ", 500'000)), codes::too_deep);
}

TEST(Limits, Nodes) {
  for (std::string name : {"a.yaml", "a.json"}) {
    EXPECT_EQ(fault_of("[" + repeated("1,", 99'998) + "1]", name), std::nullopt) << name;
    EXPECT_EQ(fault_of("[" + repeated("1,", 99'999) + "1]", name), codes::too_many_nodes) << name;
  }
}

TEST(Limits, NodesCountThroughAliases) {
  // The root, 99 lists of 1,001 values each (98 of them by alias), and 900 numbers: 100,000.
  std::string anchor = "- &a [" + repeated("1,", 999) + "1]\n";
  std::string fits = anchor + repeated("- *a\n", 98) + repeated("- 1\n", 900);
  EXPECT_EQ(fault_of(fits), std::nullopt);
  EXPECT_EQ(fault_of(fits + "- 1\n"), codes::too_many_nodes);
}

TEST(Limits, TextCountsThroughAliases) {
  std::string anchor = "- &a " + std::string(1 << 19, 'x') + "\n";
  EXPECT_EQ(fault_of(anchor + repeated("- *a\n", 15)), std::nullopt);
  EXPECT_EQ(fault_of(anchor + repeated("- *a\n", 16)), codes::too_many_nodes);
}

TEST(Limits, Bytes) {
  std::string comment = "key: 1\n#";
  std::string fits = comment + std::string(limits::document_bytes - comment.size(), 'x');
  EXPECT_EQ(fault_of(fits), std::nullopt);
  EXPECT_EQ(fault_of(fits + "x"), codes::too_large);
}

TEST(Limits, ABombCostsNothing) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    bomb += repeated(", " + before, 8) + "]\n";
  }
  rusage start{};
  rusage end{};
  getrusage(RUSAGE_SELF, &start);
  EXPECT_EQ(fault_of(bomb), codes::too_many_nodes);
  getrusage(RUSAGE_SELF, &end);
  EXPECT_LT(end.ru_maxrss - start.ru_maxrss, 64 * 1024) << "kilobytes";
}

TEST(Limits, AMergeBombCostsNothing) {
  std::string bomb = "a0: &a0 {";
  for (int i = 0; i < 1000; ++i) bomb += "k" + std::to_string(i) + ": 1, ";
  bomb += "}\nall:\n" + repeated("  - {<<: [*a0, *a0, *a0, *a0, *a0]}\n", 100);
  EXPECT_EQ(fault_of(bomb), codes::too_many_nodes);
}

TEST(Limits, ThousandsOfUnknownKeysAreCounted) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "unknown_key_" + std::to_string(i) + ": 1\n";
  Diagnostics diagnostics;
  auto document = parse("a.yaml", text, diagnostics);
  ASSERT_TRUE(document);
  MapReader reader(document->root, diagnostics);
  reader.integer("known_key");
  reader.done();
  EXPECT_EQ(diagnostics.error_count(), 20'000u);
  EXPECT_EQ(diagnostics.omitted(), 20'000u - limits::diagnostics);
}

TEST(Limits, ManyFaultsOnOneLongLineAreShownBriefly) {
  std::string text = "{" + repeated("a: !x 1, ", 50'000) + "}";
  Diagnostics diagnostics;
  parse("a.yaml", text, diagnostics);
  EXPECT_EQ(diagnostics.list().size(), limits::diagnostics);
  EXPECT_EQ(diagnostics.error_count(), 99'999u);
  EXPECT_LT(render(diagnostics, Format::human).size(), 50'000u);
}

}  // namespace
}  // namespace sluice::config
