#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dialect/compile.hpp"

/// The deployment files that the tests of the Armory form read.
namespace sluice::dialect {

std::filesystem::path armory_data(std::string const& name);
std::string text_of(std::filesystem::path const& path);
/// Sorted; the deployment files of tests/data/armory/good.
std::vector<std::filesystem::path> good_files();

/// tests/data/armory/base.yaml, a file without a fault in which tests change single places.
std::string base_text();
/// The text with its only `from` replaced; fails the test where it is not there exactly once.
std::string edited(std::string text, std::string const& from, std::string const& to);

/// Compiles a text under the name release.yaml.
std::optional<plan::Plan> compiled(std::string const& text, CompileOptions const& options,
                                   config::Diagnostics& diagnostics);
/// Compiles what must compile, whatever the warnings.
plan::Plan plan_of(std::string const& text, CompileOptions const& options = {});
/// All that was reported about a text, for people.
std::string reported(std::string const& text, CompileOptions const& options = {});

/// Compares with the file's text, or with SLUICE_ACCEPT=1 writes it.
void compare_or_accept(std::filesystem::path const& expected, std::string const& actual);

}  // namespace sluice::dialect
