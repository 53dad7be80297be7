#pragma once

#include <string>
#include <vector>

#include "cli/render/view.hpp"

namespace sluice::cli {

/// What goes on in a run that is under way and what it waits for, with the commands that answer.
/// Pure.
std::vector<std::string> waiting_lines(RunView const& view, Look const& look);

/// The same for scripts: [{kind, node, title, waiting_for, due, person, signals, choices,
/// commands}]. Empty where the run waits for nothing. Pure.
json::Value waits_json(RunView const& view);

}  // namespace sluice::cli
