#include "config/codes.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "config/codes_text.hpp"

namespace sluice::config {
namespace {

namespace fs = std::filesystem;

/// The numbers of all "constexpr Code name{1003};" in src/config/codes*.hpp.
std::vector<int> declared_codes() {
  std::vector<int> codes;
  for (auto const& entry : fs::directory_iterator(fs::path(SLUICE_SOURCE) / "src/config")) {
    if (!entry.path().filename().string().starts_with("codes")) continue;
    if (entry.path().extension() != ".hpp") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      std::size_t start = line.find("constexpr Code ");
      std::size_t brace = line.find('{');
      if (start != std::string::npos && brace != std::string::npos)
        codes.push_back(std::stoi(line.substr(brace + 1)));
    }
  }
  return codes;
}

std::vector<int> explained_codes() {
  std::vector<int> codes;
  for (auto table : explanation_tables())
    for (auto const& explanation : table) codes.push_back(explanation.code.number);
  return codes;
}

TEST(Codes, EveryDeclaredCodeIsExplainedOnce) {
  std::vector<int> declared = declared_codes();
  std::vector<int> explained = explained_codes();
  ASSERT_GE(declared.size(), 27u);
  EXPECT_THAT(explained, testing::UnorderedElementsAreArray(declared));
  EXPECT_EQ(std::set<int>(declared.begin(), declared.end()).size(), declared.size());
}

TEST(Codes, ExplanationsAreComplete) {
  for (auto table : explanation_tables())
    for (auto const& explanation : table) {
      SCOPED_TRACE(explanation.code.id());
      EXPECT_FALSE(explanation.title.empty());
      EXPECT_TRUE(explanation.wrong.empty() || explanation.wrong != explanation.right);
      EXPECT_LE(explanation.title.size(), 60u);
      EXPECT_TRUE(explanation.meaning.ends_with('.'));
      std::istringstream text(explanation_text(explanation));
      for (std::string line; std::getline(text, line);) EXPECT_LE(line.size(), 84u) << line;
    }
}

TEST(Codes, AreFoundHoweverTheyAreTyped) {
  auto const* expected = find_explanation(codes::duplicate_key);
  ASSERT_NE(expected, nullptr);
  EXPECT_EQ(find_explanation("E1003"), expected);
  EXPECT_EQ(find_explanation("e1003"), expected);
  EXPECT_EQ(find_explanation(" 1003 "), expected);
  EXPECT_EQ(find_explanation("E1"), nullptr);
  EXPECT_EQ(find_explanation("1003x"), nullptr);
  EXPECT_EQ(find_explanation(""), nullptr);
}

TEST(Codes, AreExplainedInFull) {
  EXPECT_EQ(explanation_text(*find_explanation("E1051")),
            "E1051: key missing\n"
            "\n"
            "A setting that has no default is missing or has no value.\n"
            "\n"
            "Wrong:\n"
            "\n"
            "    functionName:\n"
            "\n"
            "Right:\n"
            "\n"
            "    functionName: orders\n");
}

}  // namespace
}  // namespace sluice::config
