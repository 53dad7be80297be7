#pragma once

#include <string>
#include <vector>

#include "cli/invocation.hpp"
#include "server/host.hpp"

namespace sluice::cli {

/// Parses a command line, shows help or usage errors, or runs the command. Answers the exit code.
/// `words`: without the program's own name.
int run_program(std::vector<std::string> const& words, Terminal& terminal, Streams tty,
                Variables const& environment, Invocation::RunsOpener open_runs);

/// The languages that expressions of a plan may be written in.
plan::Evaluators evaluators();

/// For a process that may hold the journal's store.
Result<server::HostOptions> host_options(Invocation const& invocation);

/// The journal's store of this command line, or the process that holds it.
Result<RunsHere> attach_runs(Invocation& invocation);

}  // namespace sluice::cli
