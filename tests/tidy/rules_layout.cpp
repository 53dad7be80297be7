#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "tidy/rules.hpp"

namespace sluice::tidy {
namespace {

File const* find(std::vector<File> const& tree, std::string_view path) {
  auto found = std::ranges::lower_bound(tree, path, {}, &File::path);
  return found != tree.end() && found->path == path ? &*found : nullptr;
}

std::string folder_of(std::string_view path) {
  auto slash = path.rfind('/');
  return std::string(path.substr(0, slash == std::string_view::npos ? 0 : slash));
}

/// "base" of "src/base/json.hpp" and of "base/json.hpp".
std::string first_part(std::string_view path) {
  if (path.starts_with("src/")) path.remove_prefix(4);
  return std::string(path.substr(0, path.find('/')));
}

/// What stands between the quotes of an include; none for <…> and for other lines.
std::optional<std::string> quoted_include(std::string_view line) {
  static constexpr std::string_view start = "#include \"";
  if (!line.starts_with(start)) return std::nullopt;
  line.remove_prefix(start.size());
  return std::string(line.substr(0, line.find('"')));
}

std::set<std::string> words_of(File const& file) {
  std::set<std::string> words;
  for (auto const& line : file.lines) {
    std::string word;
    for (char c : line + " ") {
      if (c == '#') break;
      bool ends = c == ' ' || c == '(' || c == ')' || c == ';' || c == '"';
      if (!ends)
        word += c;
      else if (!word.empty())
        words.insert(std::exchange(word, {}));
    }
  }
  return words;
}

/// Whether the nearest CMakeLists.txt above `path` that could name it does.
bool built(std::vector<File> const& tree, std::string const& path) {
  for (std::string folder = folder_of(path); !folder.empty(); folder = folder_of(folder)) {
    File const* list = find(tree, folder + "/CMakeLists.txt");
    if (!list) continue;
    auto words = words_of(*list);
    std::string name = path.substr(folder.size() + 1);
    if (words.contains(name)) return true;
    // sluice_fuzz(NAME …) compiles NAME_fuzz.cpp.
    auto suffix = name.find("_fuzz.cpp");
    return suffix != std::string::npos && words.contains(name.substr(0, suffix));
  }
  return false;
}

}  // namespace

std::vector<std::string> layers_of(std::vector<File> const& tree) {
  static constexpr std::string_view start = "set(SLUICE_LAYERS ";
  std::vector<std::string> layers;
  File const* file = find(tree, "cmake/Library.cmake");
  if (!file) return layers;
  for (std::string_view line : file->lines) {
    if (!line.starts_with(start)) continue;
    line.remove_prefix(start.size());
    std::string name;
    for (char c : line) {
      if (c != ' ' && c != ')')
        name += c;
      else if (!name.empty())
        layers.push_back(std::exchange(name, {}));
    }
  }
  return layers;
}

std::vector<Finding> wrong_includes(std::vector<File> const& tree, File const& file) {
  std::vector<Finding> found;
  if (!file.is_cpp() || !file.below("src")) return found;
  auto layers = layers_of(tree);
  auto height = [&](std::string const& folder) { return std::ranges::find(layers, folder); };
  auto own = height(first_part(file.path));
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    auto included = quoted_include(file.lines[i]);
    if (!included) continue;
    auto say = [&](std::string what) { found.push_back({file.path, i + 1, std::move(what)}); };
    if (included->contains(".."))
      say("an include that goes up: write it from src/");
    else if (!find(tree, "src/" + *included))
      say("no such file below src/: " + *included);
    else if (height(first_part(*included)) > own)
      say("src/" + first_part(file.path) + " is below src/" + first_part(*included));
  }
  if (own == layers.end()) found.push_back({file.path, 0, "its folder is in no layer"});
  return found;
}

std::vector<Finding> sources_not_built(std::vector<File> const& tree) {
  std::vector<Finding> found;
  for (auto const& file : tree) {
    bool source = file.ending() == ".cpp" || file.ending() == ".S";
    if (!source || !(file.below("src") || file.below("tests"))) continue;
    // precompiled.cpp stands in tests/CMakeLists.txt like any other.
    if (!built(tree, file.path)) found.push_back({file.path, 0, "no CMakeLists.txt compiles it"});
  }
  return found;
}

std::vector<Finding> missing_readmes(std::vector<File> const& tree) {
  std::vector<Finding> found;
  std::set<std::string> folders;
  for (auto const& file : tree) {
    if (!file.below("src")) continue;
    if (file.is_cpp()) folders.insert(first_part(file.path));
    bool readme = file.path.ends_with("/README.md");
    if (readme && file.lines.size() > most_readme_lines)
      found.push_back({file.path, 0, std::to_string(file.lines.size()) + " lines; a page has 60"});
  }
  for (auto const& folder : folders)
    if (!find(tree, "src/" + folder + "/README.md"))
      found.push_back({"src/" + folder + "/README.md", 0, "is missing"});
  return found;
}

}  // namespace sluice::tidy
