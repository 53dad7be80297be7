#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace sluice::cli {

/// Compares with tests/data/cli/NAME; SLUICE_ACCEPT=1 writes what came out there instead.
inline void expect_golden(std::string const& name, std::string const& text) {
  std::filesystem::path path = std::filesystem::path(SLUICE_TEST_DATA) / "cli" / name;
  if (std::getenv("SLUICE_ACCEPT")) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream in(path, std::ios::binary);
  std::stringstream wanted;
  wanted << in.rdbuf();
  EXPECT_EQ(text, wanted.str()) << "SLUICE_ACCEPT=1 refreshes " << path;
}

}  // namespace sluice::cli
