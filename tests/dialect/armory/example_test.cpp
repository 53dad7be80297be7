#include "config/render.hpp"
#include "dialect/armory/armory_files.hpp"
#include "dialect/unsupported.hpp"

namespace sluice::dialect {
namespace {

namespace fs = std::filesystem;

TEST(ArmoryExample, CompilesWithoutAWordAndCanRun) {
  config::Diagnostics diagnostics;
  fs::path folder = fs::path(SLUICE_SOURCE) / "examples/armory/tea-facts";
  auto plan = compiled(text_of(folder / "deployment.yaml"), {}, diagnostics);
  ASSERT_TRUE(plan) << config::render(diagnostics, config::Format::human);
  EXPECT_TRUE(diagnostics.empty()) << config::render(diagnostics, config::Format::human);
  EXPECT_TRUE(unsupported(*plan).empty());
}

/// The package that the README tells to make is the one the file names.
TEST(ArmoryExample, IsExplainedWithItsOwnPackage) {
  fs::path folder = fs::path(SLUICE_SOURCE) / "examples/armory/tea-facts";
  plan::Plan plan = plan_of(text_of(folder / "deployment.yaml"));
  std::string readme = text_of(folder / "README.md");
  for (auto const& release : plan.releases) {
    std::string path = "s3://" + release.package.bucket + "/" + release.package.key + "=";
    EXPECT_NE(readme.find(path), std::string::npos) << path;
  }
}

}  // namespace
}  // namespace sluice::dialect
