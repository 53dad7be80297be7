#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::tidy {

/// The C++ of `lines` with comments, the content of literals, and preprocessor lines replaced by
/// blanks: what is left is code, at the place where it stood.
std::vector<std::string> code_of(std::vector<std::string> const& lines);

/// Where `name` stands in `code` as a word of its own, from `from` on; npos: nowhere. A name that
/// ends with '(' is a call: neither a member ("clock.name(") nor a declaration ("void name(").
std::size_t find_word(std::string_view code, std::string_view name, std::size_t from = 0);

/// Characters, not bytes: a column is what an editor counts.
std::size_t columns(std::string_view utf8);

}  // namespace sluice::tidy
