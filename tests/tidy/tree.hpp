#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::tidy {

/// A text file of the source tree.
struct File {
  std::string path;                ///< relative to the root, with '/'
  std::vector<std::string> lines;  ///< without their ends

  bool below(std::string_view folder) const;
  /// ".cpp"; empty where the name has none.
  std::string_view ending() const;
  bool is_cpp() const { return ending() == ".cpp" || ending() == ".hpp"; }
};

/// Something that breaks a rule. `line` counts from 1; 0 is the file as a whole.
struct Finding {
  std::string path;
  std::size_t line = 0;
  std::string what;

  friend bool operator==(Finding const&, Finding const&) = default;
};

std::vector<std::string> split_lines(std::string_view text);

/// Every text file below `root` that people write: not what is built, not the test data, which
/// breaks rules on purpose. Sorted by path.
std::vector<File> read_tree(std::string const& root);

/// One line each, as compilers print them.
std::string in_words(std::vector<Finding> const& findings);

}  // namespace sluice::tidy
