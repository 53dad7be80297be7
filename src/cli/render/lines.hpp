#pragma once

#include <optional>
#include <string>

#include "cli/render/view.hpp"

namespace sluice::cli {

/// The line an event is worth when output is piped, or none; call it after `view.apply(event)`.
/// It starts with the time since the run was made. Pure.
std::optional<std::string> event_line(RunView const& view, engine::Event const& event,
                                      Look const& look);

/// What is under way, for the heartbeat of a long silence: "running: prod · publish".
std::string heartbeat_line(RunView const& view, Look const& look);

/// An event of a journal for `sluice logs`: every one has a line. Pure.
std::string journal_line(RunView const& view, engine::Event const& event);

}  // namespace sluice::cli
