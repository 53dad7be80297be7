#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "config/render.hpp"
#include "dialect/native_files.hpp"

// Files in tests/data/native/good compile to the plan beside them, those in bad are refused with
// the text beside them. `SLUICE_ACCEPT=1 dialect_test` writes plans and texts anew.
namespace sluice::dialect {
namespace {

namespace fs = std::filesystem;

void compare_or_accept(fs::path const& expected, std::string const& actual) {
  if (std::getenv("SLUICE_ACCEPT")) {
    std::ofstream(expected, std::ios::binary) << actual;
    return;
  }
  ASSERT_TRUE(fs::exists(expected)) << "run with SLUICE_ACCEPT=1 to write it:\n" << actual;
  EXPECT_EQ(actual, text_of_file(expected));
}

CompileOptions options_for(fs::path const& file) {
  return text_of_file(file).find("${build}") == std::string::npos ? CompileOptions()
                                                                  : usual_options();
}

class GoodFile : public testing::TestWithParam<fs::path> {};

TEST_P(GoodFile, CompilesToItsPlan) {
  config::Diagnostics diagnostics;
  auto plan = compiled(GetParam().filename().string(), text_of_file(GetParam()),
                       options_for(GetParam()), diagnostics);
  ASSERT_TRUE(plan) << config::render(diagnostics, config::Format::human);
  EXPECT_TRUE(diagnostics.empty()) << config::render(diagnostics, config::Format::human);
  EXPECT_TRUE(plan::problems_of(*plan).empty());
  auto expected = GetParam();
  compare_or_accept(expected.replace_extension(".plan.json"), plan::to_json(*plan).pretty() + "\n");
}

TEST_P(GoodFile, KeepsItsDigestThroughJson) {
  config::Diagnostics diagnostics;
  auto plan =
      compiled("release.yaml", text_of_file(GetParam()), options_for(GetParam()), diagnostics);
  ASSERT_TRUE(plan);
  auto again = plan::plan_from_json(plan::to_json(*plan));
  ASSERT_TRUE(again);
  EXPECT_EQ(plan::digest(*again), plan::digest(*plan));
}

INSTANTIATE_TEST_SUITE_P(Native, GoodFile, testing::ValuesIn(data_files("good")), test_name_of);

class Example : public testing::TestWithParam<fs::path> {};

TEST_P(Example, CompilesWithoutAWord) {
  config::Diagnostics diagnostics;
  auto plan =
      compiled("release.yaml", text_of_file(GetParam()), options_for(GetParam()), diagnostics);
  ASSERT_TRUE(plan) << config::render(diagnostics, config::Format::human);
  EXPECT_TRUE(diagnostics.empty()) << config::render(diagnostics, config::Format::human);
}

TEST_P(Example, HasItsPackages) {
  config::Diagnostics diagnostics;
  auto plan =
      compiled("release.yaml", text_of_file(GetParam()), options_for(GetParam()), diagnostics);
  ASSERT_TRUE(plan);
  for (auto const& release : plan->releases)
    EXPECT_TRUE(fs::exists(GetParam().parent_path() / release.package.path));
}

INSTANTIATE_TEST_SUITE_P(Native, Example, testing::ValuesIn(example_files()), test_name_of);

class BadFile : public testing::TestWithParam<fs::path> {};

TEST_P(BadFile, IsRefusedWithThisText) {
  config::Diagnostics diagnostics;
  auto plan = compiled(GetParam().filename().string(), text_of_file(GetParam()), {}, diagnostics);
  EXPECT_FALSE(plan);
  EXPECT_TRUE(diagnostics.has_errors());
  compare_or_accept(GetParam().string() + ".expected",
                    config::render(diagnostics, config::Format::human));
}

INSTANTIATE_TEST_SUITE_P(Native, BadFile, testing::ValuesIn(data_files("bad")), test_name_of);

}  // namespace
}  // namespace sluice::dialect
