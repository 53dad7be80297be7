#include "dialect/codedeploy/app_spec_files.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "config/render.hpp"

namespace sluice::dialect::codedeploy {

namespace fs = std::filesystem;

fs::path app_spec_data(std::string const& name) {
  return fs::path(SLUICE_TEST_DATA) / "codedeploy" / name;
}

std::string text_of(fs::path const& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string base_text() { return text_of(app_spec_data("base.yaml")); }

std::string edited(std::string text, std::string const& from, std::string const& to) {
  std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << "the text does not hold: " << from;
  if (at == std::string::npos) return text;
  EXPECT_EQ(text.find(from, at + 1), std::string::npos) << "the text holds twice: " << from;
  return text.replace(at, from.size(), to);
}

Compiled compiled(std::string const& text, CompileOptions const& options) {
  config::Diagnostics diagnostics;
  auto plan = compile(config::make_source("appspec.yaml", text), options, diagnostics);
  EXPECT_EQ(plan.has_value(), !diagnostics.has_errors());
  return {std::move(plan), config::render(diagnostics, config::Format::human)};
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

}  // namespace sluice::dialect::codedeploy
