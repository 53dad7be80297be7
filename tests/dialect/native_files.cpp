#include "dialect/native_files.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

namespace sluice::dialect {

namespace fs = std::filesystem;

std::string text_of_file(fs::path const& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<fs::path> data_files(std::string const& folder) {
  std::vector<fs::path> found;
  for (auto const& entry : fs::directory_iterator(fs::path(SLUICE_TEST_DATA) / "native" / folder)) {
    std::string name = entry.path().filename().string();
    if (!name.ends_with(".plan.json") && !name.ends_with(".expected"))
      found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

std::vector<fs::path> example_files() {
  std::vector<fs::path> found;
  for (auto const& entry :
       fs::recursive_directory_iterator(fs::path(SLUICE_SOURCE) / "examples/native"))
    if (entry.path().extension() == ".yaml") found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

std::string test_name_of(testing::TestParamInfo<fs::path> const& info) {
  fs::path const& path = info.param;
  std::string name = path.parent_path().filename().string() + "_" + path.filename().string();
  std::ranges::replace_if(
      name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
}

std::optional<plan::Plan> compiled(std::string const& name, std::string const& text,
                                   CompileOptions const& options,
                                   config::Diagnostics& diagnostics) {
  return compile(config::make_source(name, text), options, diagnostics);
}

CompileOptions usual_options() {
  CompileOptions options;
  options.set["build"] = "1842";
  return options;
}

}  // namespace sluice::dialect
