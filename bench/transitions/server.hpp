#pragma once

#include <string>

#include "base/json.hpp"
#include "base/time.hpp"

namespace sluice::bench {

/// One of the servers that are measured together.
struct ServerJob {
  std::string store;  ///< "postgres://…", or the folder of a SQLite store
  std::string name;
  Time begin{};     ///< all of them count from here
  Duration window;  ///< and so long
};

/// Runs plans whose steps touch nothing outside until the window is over, then commits to the store
/// alone for as long. What it counted: {steps, events, commits, committing_ms, bare_commits}.
json::Value serve_transitions(ServerJob const& job);

}  // namespace sluice::bench
