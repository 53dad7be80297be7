#pragma once

#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace sluice::server {

/// A piece of a run's journal, and what stands behind it.
struct RunPage {
  std::vector<store::EventRow> events;
  bool complete = false;  ///< nothing is journalled behind `events` yet
  bool over = false;      ///< the run has ended
  bool executed = false;  ///< this process executes it, or one of those that share the store will
};

inline constexpr std::size_t most_events = 500;  ///< of one page

/// Reads what follows `after`, at most `most` events. Not to be called from a listener.
Result<RunPage> read_page(engine::Engine& engine, std::string const& run, std::int64_t after,
                          std::size_t most = most_events);

/// {"events", "more", "next"?}: `next` stands behind its last event; it is missing where the run
/// has ended and everything is told.
json::Value page_json(std::string const& run, RunPage const& page, std::int64_t after);

}  // namespace sluice::server
