#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

/// The stable number of a diagnostic, shown as "E1003". A number is never given a second meaning.
struct Code {
  int number = 0;
  std::string id() const { return "E" + std::to_string(number); }
  friend constexpr bool operator==(Code, Code) = default;
};

/// What `sluice explain CODE` prints.
struct Explanation {
  Code code;
  std::string_view title;    ///< a few words, also the title of annotations in CI
  std::string_view meaning;  ///< what is wrong and why it is refused; sentences
  std::string_view wrong;    ///< an example
  std::string_view right;    ///< the same, as it should be
};

/// Every table of explanations. A folder that brings its own codes declares them in
/// codes_FOLDER.hpp, explains them in codes_FOLDER.cpp, and adds its table to the list in
/// codes.cpp; a test holds all of this together.
std::vector<std::span<Explanation const>> explanation_tables();

/// Null for a code that does not exist. Takes "E1003", "e1003" and "1003".
Explanation const* find_explanation(std::string_view code);
Explanation const* find_explanation(Code code);

/// The whole text for a terminal, lines up to 80 columns.
std::string explanation_text(Explanation const& explanation);

}  // namespace sluice::config
