#include "dialect/armory/armory_files.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "config/render.hpp"

namespace sluice::dialect {

namespace fs = std::filesystem;

fs::path armory_data(std::string const& name) {
  return fs::path(SLUICE_TEST_DATA) / "armory" / name;
}

std::string text_of(fs::path const& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<fs::path> good_files() {
  std::vector<fs::path> found;
  for (auto const& entry : fs::directory_iterator(armory_data("good")))
    if (entry.path().extension() == ".yaml") found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

std::string base_text() { return text_of(armory_data("base.yaml")); }

std::string edited(std::string text, std::string const& from, std::string const& to) {
  std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << "the text does not hold: " << from;
  if (at == std::string::npos) return text;
  EXPECT_EQ(text.find(from, at + 1), std::string::npos) << "the text holds twice: " << from;
  return text.replace(at, from.size(), to);
}

std::optional<plan::Plan> compiled(std::string const& text, CompileOptions const& options,
                                   config::Diagnostics& diagnostics) {
  return compile(config::make_source("release.yaml", text), options, diagnostics);
}

plan::Plan plan_of(std::string const& text, CompileOptions const& options) {
  config::Diagnostics diagnostics;
  auto plan = compiled(text, options, diagnostics);
  EXPECT_TRUE(plan) << config::render(diagnostics, config::Format::human);
  return plan.value_or(plan::Plan{});
}

std::string reported(std::string const& text, CompileOptions const& options) {
  config::Diagnostics diagnostics;
  auto plan = compiled(text, options, diagnostics);
  EXPECT_EQ(plan.has_value(), !diagnostics.has_errors());
  return config::render(diagnostics, config::Format::human);
}

void compare_or_accept(fs::path const& expected, std::string const& actual) {
  if (char const* accept = std::getenv("SLUICE_ACCEPT");
      accept && std::string_view(accept) == "1") {
    std::ofstream(expected, std::ios::binary) << actual;
    return;
  }
  ASSERT_TRUE(fs::exists(expected)) << "run with SLUICE_ACCEPT=1 to write it:\n" << actual;
  EXPECT_EQ(actual, text_of(expected));
}

}  // namespace sluice::dialect
