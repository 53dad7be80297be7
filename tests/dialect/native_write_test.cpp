#include <gtest/gtest.h>

#include "config/render.hpp"
#include "dialect/native/write.hpp"
#include "dialect/native_files.hpp"
#include "plan/expression.hpp"

namespace sluice::dialect {
namespace {

namespace fs = std::filesystem;

plan::Plan plan_of(std::string const& text) {
  config::Diagnostics diagnostics;
  auto plan = compiled("release.yaml", text, {}, diagnostics);
  EXPECT_TRUE(plan) << config::render(diagnostics, config::Format::human);
  return plan.value_or(plan::Plan());
}

std::vector<fs::path> every_file() {
  std::vector<fs::path> files = data_files("good");
  for (auto& file : example_files()) files.push_back(std::move(file));
  return files;
}

class WrittenFile : public testing::TestWithParam<fs::path> {};

TEST_P(WrittenFile, CompilesToTheSamePlan) {
  config::Diagnostics diagnostics;
  std::string source = text_of_file(GetParam());
  bool has_build = source.find("${build}") != std::string::npos;
  auto plan =
      compiled("release.yaml", source, has_build ? usual_options() : CompileOptions(), diagnostics);
  ASSERT_TRUE(plan);
  auto text = write_native(*plan);
  ASSERT_TRUE(text) << text.error().text();
  auto back = compiled("release.yaml", *text, {}, diagnostics);
  ASSERT_TRUE(back) << *text << config::render(diagnostics, config::Format::human);
  EXPECT_EQ(plan::digest(*back), plan::digest(*plan)) << *text;
}

INSTANTIATE_TEST_SUITE_P(Native, WrittenFile, testing::ValuesIn(every_file()), test_name_of);

TEST(WriteNative, KeepsAShortFileShort) {
  std::string const text =
      "function: orders\n"
      "region: eu-west-1\n"
      "alias: live\n"
      "package: ./src\n"
      "runtime: nodejs20.x\n"
      "handler: index.handler\n"
      "strategy:\n"
      "  - shift: 10\n"
      "    watch: 5m\n"
      "  - shift: 50\n"
      "    watch: 5m\n";
  auto written = write_native(plan_of(text));
  ASSERT_TRUE(written) << written.error().text();
  EXPECT_EQ(*written, text);
}

TEST(WriteNative, SaysOnceWhatTargetsShare) {
  std::string const text =
      "function: orders\n"
      "alias: live\n"
      "memory: 256\n"
      "targets:\n"
      "  staging:\n"
      "    region: eu-west-1\n"
      "    overrides:\n"
      "      orders:\n"
      "        timeout: 10s\n"
      "  prod:\n"
      "    region: eu-central-1\n"
      "    after: [staging]\n"
      "    overrides:\n"
      "      orders:\n"
      "        timeout: 20s\n"
      "strategy:\n"
      "  - shift: 10\n"
      "    pause: 5m\n";
  auto written = write_native(plan_of(text));
  ASSERT_TRUE(written) << written.error().text();
  EXPECT_EQ(*written, text);
}

TEST(WriteNative, NamesWhatTheFormCannotSay) {
  plan::Plan plan = plan_of("function: orders\nalias: live\n");
  plan.root.children.front().children.front().guards.push_back(
      plan::step("alarm", "alarm", json::Value{{"alarm", "errors"}}));
  auto written = write_native(plan);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message,
            "the native form cannot say this plan: there is nothing for 'root / children / default "
            "/ children / release / guards'");
}

TEST(WriteNative, RefusesValuesThatAreKnownLater) {
  plan::Plan plan = plan_of("function: orders\nalias: live\n");
  plan.releases.front().configuration =
      json::Value{{"Description", plan::to_json(plan::Expression{"pointer@1", "/run/id"})}};
  auto written = write_native(plan);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message,
            "the native form cannot say this plan: it holds values that are known only when a step "
            "starts");
}

TEST(Equivalent, LooksPastWhatIsForPeople) {
  plan::Plan plan = plan_of("function: orders\nalias: live\n");
  plan::Plan other = plan;
  other.dialect = "armory";
  other.source_name = "deploy.yml";
  other.description = "by hand";
  other.root.children.front().title = "Production";
  EXPECT_TRUE(equivalent(plan, other));
  other.releases.front().alias = "blue";
  EXPECT_FALSE(equivalent(plan, other));
}

}  // namespace
}  // namespace sluice::dialect
