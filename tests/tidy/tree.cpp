#include "tidy/tree.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sluice::tidy {
namespace {

namespace fs = std::filesystem;

constexpr std::array folders = {"src",  "tests",    "bench", "scripts", "cmake",
                                "docs", "examples", "web",   ".ci"};
constexpr std::array<std::string_view, 14> endings = {".cpp", ".hpp",  ".S",    ".cmake", ".txt",
                                                      ".md",  ".sh",   ".py",   ".mjs",   ".js",
                                                      ".css", ".html", ".json", ".yaml"};

bool wanted(std::string const& path, std::string_view ending) {
  if (path.starts_with("tests/data/") || path.contains("/node_modules/")) return false;
  // A file without an ending is a script: `dev`, `.ci/run`.
  return ending.empty() || std::ranges::find(endings, ending) != endings.end();
}

void read_into(std::vector<File>& files, fs::path const& root, fs::path const& path) {
  File file{.path = path.lexically_relative(root).generic_string(), .lines = {}};
  if (!wanted(file.path, file.ending())) return;
  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  file.lines = split_lines(text);
  files.push_back(std::move(file));
}

}  // namespace

bool File::below(std::string_view folder) const {
  return path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/';
}

std::string_view File::ending() const {
  std::string_view all = path;
  auto dot = all.rfind('.');
  auto slash = all.rfind('/');
  if (dot == std::string_view::npos || (slash != std::string_view::npos && dot < slash)) return {};
  return all.substr(dot);
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::vector<File> read_tree(std::string const& root) {
  std::vector<File> files;
  for (auto const& entry : fs::directory_iterator(root))
    if (entry.is_regular_file()) read_into(files, root, entry.path());
  for (auto folder : folders) {
    fs::path start = fs::path(root) / folder;
    if (!fs::is_directory(start)) continue;
    for (auto const& entry : fs::recursive_directory_iterator(start))
      if (entry.is_regular_file()) read_into(files, root, entry.path());
  }
  std::ranges::sort(files, {}, &File::path);
  return files;
}

std::string in_words(std::vector<Finding> const& findings) {
  std::string text;
  for (auto const& finding : findings) {
    text += finding.path;
    if (finding.line) text += ":" + std::to_string(finding.line);
    text += ": " + finding.what + "\n";
  }
  return text;
}

}  // namespace sluice::tidy
