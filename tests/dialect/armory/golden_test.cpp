#include <algorithm>

#include "config/render.hpp"
#include "dialect/armory/armory_files.hpp"

// Files in tests/data/armory/good compile to the plan beside them, without a word.
// `SLUICE_ACCEPT=1 dialect_armory_test` writes the plans anew.
namespace sluice::dialect {
namespace {

namespace fs = std::filesystem;

std::string name_of_case(testing::TestParamInfo<fs::path> const& info) {
  std::string name = info.param.stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
}

class ArmoryFile : public testing::TestWithParam<fs::path> {};

TEST_P(ArmoryFile, CompilesToItsPlan) {
  config::Diagnostics diagnostics;
  auto plan = compiled(text_of(GetParam()), {}, diagnostics);
  ASSERT_TRUE(plan) << config::render(diagnostics, config::Format::human);
  EXPECT_TRUE(diagnostics.empty()) << config::render(diagnostics, config::Format::human);
  fs::path expected = GetParam();
  compare_or_accept(expected.replace_extension(".plan.json"), plan::to_json(*plan).pretty() + "\n");
}

TEST_P(ArmoryFile, KeepsItsDigestThroughJson) {
  plan::Plan plan = plan_of(text_of(GetParam()));
  auto again = plan::plan_from_json(plan::to_json(plan));
  ASSERT_TRUE(again);
  EXPECT_EQ(plan::digest(*again), plan::digest(plan));
}

INSTANTIATE_TEST_SUITE_P(Data, ArmoryFile, testing::ValuesIn(good_files()), name_of_case);

}  // namespace
}  // namespace sluice::dialect
