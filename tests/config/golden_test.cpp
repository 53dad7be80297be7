#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/document.hpp"
#include "config/reader.hpp"
#include "config/render.hpp"

// Every file in tests/data/config is read as a small release file, and what a person would see is
// compared with the text in FILE.expected. `SLUICE_ACCEPT=1 config_test` writes those texts anew.
namespace sluice::config {
namespace {

namespace fs = std::filesystem;

std::string read_file(fs::path const& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void read_release(Node const& root, Diagnostics& diagnostics) {
  enum class Mode { automatic, manual };
  MapReader r(root, diagnostics, Unknown::error, "the release file");
  r.required_string({"functionName", "function"});
  r.string("alias");
  r.integer("weight", {0, 100});
  r.number("share", {.min = 0, .max = 100});
  r.boolean("enabled");
  r.duration("pause", {.max = std::chrono::minutes(10)});
  r.one_of<Mode>("mode", {{"automatic", Mode::automatic}, {"manual", Mode::manual}});
  r.list("steps", Empty::refused);
  r.string_map("environment");
  r.arn("role", "iam");
  r.name("label");
  if (auto target = r.map("target")) {
    target->required_string("region");
    target->integer("weight");
    target->done();
  }
  r.accept({"base", "region"});
  r.done();
}

std::string shown_for(fs::path const& path) {
  Diagnostics diagnostics;
  if (auto document = parse(path.filename().string(), read_file(path), diagnostics))
    read_release(document->root, diagnostics);
  return render(diagnostics, Format::human);
}

std::vector<fs::path> inputs() {
  std::vector<fs::path> found;
  for (auto const& entry : fs::directory_iterator(fs::path(SLUICE_TEST_DATA) / "config"))
    if (entry.path().extension() != ".expected") found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

std::string name_of_case(testing::TestParamInfo<fs::path> const& info) {
  std::string name = info.param.filename().string();
  std::ranges::replace(name, '.', '_');
  return name;
}

class BrokenFile : public testing::TestWithParam<fs::path> {};

TEST_P(BrokenFile, IsExplained) {
  std::string shown = shown_for(GetParam());
  fs::path expected = GetParam().string() + ".expected";
  if (char const* accept = std::getenv("SLUICE_ACCEPT"); accept && std::string_view(accept) == "1")
    std::ofstream(expected, std::ios::binary) << shown;
  ASSERT_TRUE(fs::exists(expected)) << "run with SLUICE_ACCEPT=1 and look at " << expected;
  EXPECT_EQ(shown, read_file(expected));
  EXPECT_FALSE(shown.empty()) << "the folder holds broken files";
}

INSTANTIATE_TEST_SUITE_P(Data, BrokenFile, testing::ValuesIn(inputs()), name_of_case);

}  // namespace
}  // namespace sluice::config
