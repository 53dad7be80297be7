#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "config/diagnostic.hpp"

namespace sluice::config {

enum class Format {
  human,
  json,
  github,  ///< workflow commands: "::error file=…,line=…,col=…,title=…::message"
  gitlab,  ///< a code quality report
};
std::optional<Format> format_from(std::string_view name);

enum class Colour { off, on };

/// One problem for a person:
///
///     error[E1052]: message
///      --> release.yaml:3:9
///     3 | weight: "10"
///       |         ^^^^
///       = cause: …
///       = help: …
///       = see: sluice explain E1052
///
/// Everything taken from a file has lost its control characters. Ends with a line end.
std::string render_one(Diagnostic const& diagnostic, Colour colour = Colour::off);

/// All of them, in order of place; ends with a line end unless there is nothing to show. For
/// people, the same problem at several places is one block that lists the places, and a last line
/// counts.
std::string render(Diagnostics const& diagnostics, Format format, Colour colour = Colour::off);

/// The human form of `render`.
std::string render_human(Diagnostics const& diagnostics, Colour colour = Colour::off);

/// {"diagnostics": […], "errors": n, "warnings": n, "omitted": n}.
json::Value to_json(Diagnostics const& diagnostics);

/// Text from a file inside a message: quoted, on one line, without control characters, and cut
/// behind 60 characters.
std::string in_quotes(std::string_view text);

}  // namespace sluice::config
