#pragma once

#include <string>

#include "base/json.hpp"
#include "cli/terminal.hpp"

namespace sluice::cli {

/// One entry of the endpoint's log of calls as a line of at most about 80 columns.
std::string call_line(json::Value const& call, Style const& style);
/// One run of a function: its time and version, then what it printed, indented.
std::string log_lines(json::Value const& entry, Style const& style);

}  // namespace sluice::cli
