#pragma once

#include <string>
#include <vector>

#include "tidy/tree.hpp"

/// The house rules that a program can check, one function each. Pure: they look at the files they
/// are given and say what breaks a rule.
namespace sluice::tidy {

inline constexpr std::size_t most_columns = 100;
inline constexpr std::size_t most_file_lines = 600;
inline constexpr std::size_t most_function_lines = 70;
inline constexpr std::size_t most_readme_lines = 60;

// rules_text.cpp: what stands in one file.
std::vector<Finding> long_lines(File const& file);
std::vector<Finding> tabs(File const& file);
std::vector<Finding> long_file(File const& file);
std::vector<Finding> long_functions(File const& file);
/// Calls and headers that the house does not use, or not in this folder.
std::vector<Finding> banned_code(File const& file);
/// Marks of work that was put off.
std::vector<Finding> open_ends(File const& file);
/// Paths that exist on one person's machine only.
std::vector<Finding> private_paths(File const& file);

// rules_layout.cpp: how the files lie to each other.

/// SLUICE_LAYERS as cmake/Library.cmake lists them, lowest first.
std::vector<std::string> layers_of(std::vector<File> const& tree);
/// Includes that go up the layers, leave src/ or name no file.
std::vector<Finding> wrong_includes(std::vector<File> const& tree, File const& file);
/// Sources below src/ and tests/ that no CMakeLists.txt compiles.
std::vector<Finding> sources_not_built(std::vector<File> const& tree);
/// Folders of src/ without a README.md, and READMEs of more than a page.
std::vector<Finding> missing_readmes(std::vector<File> const& tree);

}  // namespace sluice::tidy
