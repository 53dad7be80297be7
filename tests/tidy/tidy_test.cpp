#include <functional>

#include "tidy/rules.hpp"

/// The rules of rules.hpp over this very source tree.
namespace sluice::tidy {
namespace {

std::vector<File> const& tree() {
  static std::vector<File> const files = read_tree(SLUICE_SOURCE);
  return files;
}

void expect_none(std::vector<Finding> const& findings) {
  EXPECT_TRUE(findings.empty()) << findings.size() << " found:\n" << in_words(findings);
}

void expect_none_in_any(std::function<std::vector<Finding>(File const&)> const& rule) {
  std::vector<Finding> findings;
  for (auto const& file : tree())
    for (auto& finding : rule(file)) findings.push_back(std::move(finding));
  expect_none(findings);
}

TEST(SourceTree, is_read_from_the_root) {
  ASSERT_GT(tree().size(), 100u);
  EXPECT_EQ(layers_of(tree()).front(), "base");
  EXPECT_EQ(layers_of(tree()).back(), "cli");
}

TEST(SourceTree, has_no_line_over_100_columns) { expect_none_in_any(long_lines); }
TEST(SourceTree, has_no_tabs) { expect_none_in_any(tabs); }
TEST(SourceTree, has_no_file_over_600_lines) { expect_none_in_any(long_file); }
TEST(SourceTree, has_no_function_over_70_lines) { expect_none_in_any(long_functions); }
TEST(SourceTree, makes_no_banned_calls) { expect_none_in_any(banned_code); }
TEST(SourceTree, has_no_open_ends) { expect_none_in_any(open_ends); }
TEST(SourceTree, names_no_private_path) { expect_none_in_any(private_paths); }
TEST(SourceTree, compiles_every_source) { expect_none(sources_not_built(tree())); }
TEST(SourceTree, describes_every_folder) { expect_none(missing_readmes(tree())); }

TEST(SourceTree, includes_only_downward) {
  expect_none_in_any([](File const& file) { return wrong_includes(tree(), file); });
}

}  // namespace
}  // namespace sluice::tidy
