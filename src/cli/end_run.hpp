#pragma once

#include "cli/follow.hpp"

namespace sluice::cli {

/// Says that a signal was taken, in the form asked for; `done` in words: "is being stopped".
int acknowledge(Invocation& invocation, std::string const& run, std::string const& kind,
                std::string const& done);

/// Tells a run that has not ended to "stop" or "rollback". Where a process executes it, a stop is
/// acknowledged and a rollback followed. Where none does, the signal is journalled first; then this
/// process takes the run up with its own `settings` and follows it to its end. Answers the exit
/// code.
int end_run(Invocation& invocation, RunsHere& here, store::RunRow const& row,
            std::string const& kind, server::AwsSettings const& settings);

/// A signal that only a running process can act on met a run that nobody executes.
Error needs_a_process(Invocation const& invocation, std::string const& run);

}  // namespace sluice::cli
