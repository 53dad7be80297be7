#pragma once

#include <string>
#include <vector>

#include "cli/render/view.hpp"

namespace sluice::cli {

/// The end of a run: its state, where every function ended, why it was rolled back, what was
/// noted, and what to do next. Pure.
std::vector<std::string> ending_lines(RunView const& view, Look const& look);

/// The same without what to do next: for a run that nobody can go back to.
std::vector<std::string> outcome_lines(RunView const& view, Look const& look);

/// Every failure in full, the newest cause last; empty where nothing failed. Pure.
std::vector<std::string> failure_lines(RunView const& view, Look const& look);

/// The result as JSON: {"kind": "Result", …}.
json::Value result_json(RunView const& view);

}  // namespace sluice::cli
