#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dialect/compile.hpp"

/// The release files that the tests of the native form read.
namespace sluice::dialect {

std::string text_of_file(std::filesystem::path const& path);
/// Sorted; the release files of tests/data/native/FOLDER.
std::vector<std::filesystem::path> data_files(std::string const& folder);
/// Sorted; every release file below examples/native.
std::vector<std::filesystem::path> example_files();
/// For INSTANTIATE_TEST_SUITE_P: letters, digits and '_' only.
std::string test_name_of(testing::TestParamInfo<std::filesystem::path> const& info);

/// Compiles a text under that name.
std::optional<plan::Plan> compiled(std::string const& name, std::string const& text,
                                   CompileOptions const& options, config::Diagnostics& diagnostics);
/// The options a file needs to compile: values for variables without one.
CompileOptions usual_options();

}  // namespace sluice::dialect
