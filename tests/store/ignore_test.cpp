#include "store/ignore.hpp"

#include "helpers.hpp"

namespace sluice::store {
namespace {

struct Case {
  char const* rules;
  char const* path;
  bool is_folder;
  bool left_out;
};

class Ignore : public testing::TestWithParam<Case> {};

TEST_P(Ignore, DecidesAsAGitignoreDoes) {
  auto const& [text, path, is_folder, left_out] = GetParam();
  auto rules = must(IgnoreRules::parse(text));
  EXPECT_EQ(rules.leaves_out(path, is_folder), left_out) << path << " under\n" << text;
}

Case const cases[] = {
    // What is left out from the start.
    {"", "index.js", false, false},
    {"", ".git", true, true},
    {"", "vendor/.git", false, true},
    {"", ".gitignore", false, false},
    {"", ".sluiceignore", false, true},
    {"", "sub/.sluiceignore", false, false},
    {"!.git", ".git", true, false},
    // Lines that say nothing.
    {"# *.js\n\n   \n", "a.js", false, false},
    {"\\#x", "#x", false, true},
    {"a.txt   ", "a.txt", false, true},
    {"a.txt\r\nb.txt\r\n", "a.txt", false, true},
    {"a\\ ", "a ", false, true},
    // A name alone fits at every depth.
    {"*.pyc", "a.pyc", false, true},
    {"*.pyc", "x/y/a.pyc", false, true},
    {"*.pyc", "a.py", false, false},
    {"test?", "test1", false, true},
    {"test?", "test", false, false},
    {"test?", "test12", false, false},
    {"a*b*c", "a__b__b__c", false, true},
    {"a*b*c", "a__c__b", false, false},
    {"*", "anything", false, true},
    // A slash at the start or in the middle counts from the top.
    {"/a.js", "a.js", false, true},
    {"/a.js", "x/a.js", false, false},
    {"x/a.js", "x/a.js", false, true},
    {"x/a.js", "y/x/a.js", false, false},
    {"x/*", "x/a", false, true},
    {"x/*", "x/y/a", false, false},
    // A slash at the end means folders.
    {"build/", "build", true, true},
    {"build/", "build", false, false},
    {"build/", "x/build", true, true},
    {"/build/", "x/build", true, false},
    // Any number of folders.
    {"**/a.js", "a.js", false, true},
    {"**/a.js", "x/y/a.js", false, true},
    {"x/**", "x", true, false},
    {"x/**", "x/y", true, true},
    {"x/**", "x/y/a.js", false, true},
    {"x/**/a.js", "x/a.js", false, true},
    {"x/**/a.js", "x/y/z/a.js", false, true},
    {"x/**/a.js", "x/y/b.js", false, false},
    {"**", "a", false, true},
    // Sets.
    {"*.py[co]", "a.pyo", false, true},
    {"*.py[co]", "a.pyi", false, false},
    {"v[0-9]", "v7", false, true},
    {"v[!0-9]", "v7", false, false},
    {"v[!0-9]", "vx", false, true},
    {"v[]x]", "v]", false, true},
    {"v[", "v[", false, true},
    // The last line that fits decides.
    {"*.js\n!keep.js", "keep.js", false, false},
    {"!keep.js\n*.js", "keep.js", false, true},
    {"\\!x", "!x", false, true},
};

INSTANTIATE_TEST_SUITE_P(Rules, Ignore, testing::ValuesIn(cases));

TEST(IgnoreLimits, LinesAndTheirLength) {
  EXPECT_TRUE(IgnoreRules::parse(std::string(9'999, '\n')));
  EXPECT_FALSE(IgnoreRules::parse(std::string(10'000, '\n')));
  EXPECT_TRUE(IgnoreRules::parse(std::string(4'096, 'a')));
  auto long_line = IgnoreRules::parse("a\n" + std::string(4'097, 'a'));
  ASSERT_FALSE(long_line);
  EXPECT_EQ(long_line.error().message, "line 2 has 4097 bytes; 4096 are the limit");
}

TEST(IgnoreLimits, ManyStarsTakeNoTime) {
  std::string pattern;
  for (int i = 0; i < 1'000; ++i) pattern += "*a";
  auto rules = must(IgnoreRules::parse(pattern + "b"));
  EXPECT_FALSE(rules.leaves_out(std::string(4'000, 'a'), false));
}

}  // namespace
}  // namespace sluice::store
