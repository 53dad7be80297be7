#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace sluice::cli {

/// A configuration file's text with `server` set to that URL: the line that says it is replaced, or
/// one is added; everything else stays as it was written. An error where the file is written so
/// that this cannot be done line by line. Pure.
Result<std::string> with_default_server(std::string const& text, std::string const& url);

/// Does that to the user's file, which is made where there is none.
Result<void> make_default_server(std::filesystem::path const& file, std::string const& url);

}  // namespace sluice::cli
