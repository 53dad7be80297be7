#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sluice::store {

/// Which files stay out of a package: the rules of a `.sluiceignore` at the top of the folder. They
/// are those of a .gitignore (gitignore(5)):
/// - one pattern a line; blank lines and lines that start with '#' say nothing; blanks at the end
/// of
///   a line are dropped; a backslash takes the meaning from the character behind it
/// - '*' any text without '/', '?' one character that is no '/', '[a-z]' and '[!a-z]' one of a set;
///   a part that is "**" stands for any number of folders, none included
/// - a '/' at the end: folders only. A '/' at the start or in the middle: counted from the top; any
///   other pattern is compared with the name alone, at every depth
/// - a '!' at the start takes back what an earlier line left out. The last line that fits decides;
///   nothing inside a folder that is left out can be taken back
/// Left out from the start, unless taken back: every `.git`, and `.sluiceignore` itself.
class IgnoreRules {
 public:
  /// The defaults and then the lines of `text`. ErrorCode::invalid_input for more than 10,000 lines
  /// or a line of more than 4,096 bytes.
  static Result<IgnoreRules> parse(std::string_view text);

  /// `path` is relative to the folder, with '/', without one at either end. Its parents are asked
  /// about first by whoever walks the folder.
  bool leaves_out(std::string_view path, bool is_folder) const;

 private:
  struct Rule {
    std::vector<std::string> parts;  ///< between the slashes; one alone fits at every depth
    bool takes_back = false;
    bool folders_only = false;
  };

  void add(std::string_view line);

  std::vector<Rule> rules_;
};

}  // namespace sluice::store
