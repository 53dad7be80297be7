#pragma once

#include "cli/follow.hpp"

namespace sluice::cli {

/// A terminal is asked before anything is touched; a script has said what it wants by its line. An
/// exit code where nothing is to be started.
std::optional<int> confirm_start(Invocation& invocation);

/// Starts a run and follows it: prints its id and what to do next, or who is in the way. Answers
/// the exit code.
int start_and_follow(Invocation& invocation, RunsHere& here, server::NewRun run);

/// Says which run is in the way, whether somebody executes it, and what can be done about it.
int refuse_busy(Invocation& invocation, RunsHere& here, store::Busy const& busy);

/// Says so where `run` waits behind one that no process executes.
void say_if_unexecuted(Invocation& invocation, RunsHere& here, std::string const& run,
                       std::string const& behind);

}  // namespace sluice::cli
