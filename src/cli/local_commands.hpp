#pragma once

#include <vector>

#include "cli/command.hpp"

/// `sluice local …`: the table of its commands, and one function per command.
namespace sluice::cli {

void add_local_commands(std::vector<Command>& all);

int run_local_up(Invocation& invocation);
int run_local_put(Invocation& invocation);
int run_local_invoke(Invocation& invocation);
int run_local_traffic(Invocation& invocation);
int run_local_logs(Invocation& invocation);
int run_local_calls(Invocation& invocation);
int run_local_messages(Invocation& invocation);
int run_local_fault(Invocation& invocation);
int run_local_reset(Invocation& invocation);

}  // namespace sluice::cli
