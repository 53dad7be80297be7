#pragma once

#include <string>
#include <vector>

namespace sluice::tidy {

/// A function's body, from the line of its opening brace to that of its closing one.
struct Function {
  std::string head;       ///< the text before the brace, for messages
  std::size_t begin = 0;  ///< line, from 1
  std::size_t lines = 0;
};

/// The functions in `code` (code_of). Found by counting braces: a lambda belongs to the function
/// around it; a table of data is none.
std::vector<Function> functions_of(std::vector<std::string> const& code);

}  // namespace sluice::tidy
