#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

std::vector<std::string> split(std::string_view text, char separator);
/// Without blanks, tabs and line ends at both ends.
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);
std::string join(std::span<std::string const> parts, std::string_view between);
bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string replace_all(std::string_view text, std::string_view what, std::string_view with);

/// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// The candidate a person most likely meant: the same letters in another case or with other
/// separators, else the nearest within two edits (one for short words). None if nothing is near.
std::optional<std::string> nearest(std::string_view typed, std::span<std::string const> candidates);

/// Replaces control characters and bidirectional overrides, so that foreign text (a function's log,
/// a name from a file) cannot drive the reader's terminal. Keeps '\n' and '\t'.
std::string printable(std::string_view text);

bool is_valid_utf8(std::string_view text);

}  // namespace sluice
