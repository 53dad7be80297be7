#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "dialect/compile.hpp"

/// The AppSpec files that the tests of this dialect read.
namespace sluice::dialect::codedeploy {

std::filesystem::path app_spec_data(std::string const& name);
std::string text_of(std::filesystem::path const& path);
/// tests/data/codedeploy/base.yaml, a file without a fault in which tests change single places.
std::string base_text();
/// The text with its only `from` replaced; fails the test where it is not there exactly once.
std::string edited(std::string text, std::string const& from, std::string const& to);

/// What compiling says about a text, for people; and what came of it.
struct Compiled {
  std::optional<plan::Plan> plan;
  std::string said;
};
Compiled compiled(std::string const& text, CompileOptions const& options = {});

/// Compares with the file's text, or with SLUICE_ACCEPT=1 writes it.
void compare_or_accept(std::filesystem::path const& expected, std::string const& actual);

}  // namespace sluice::dialect::codedeploy
