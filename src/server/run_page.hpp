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

/// Reads what follows `after`, at most 500 events. Not to be called from a listener.
Result<RunPage> read_page(engine::Engine& engine, std::string const& run, std::int64_t after);

}  // namespace sluice::server
