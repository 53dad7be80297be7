#pragma once

#include "cli/invocation.hpp"
#include "store/packages.hpp"

namespace sluice::cli {

/// `deploy` with a server: asks which of the plan's stored packages the server lacks, sends those,
/// starts the run there and follows it. With --dry-run says what would be sent and started, and
/// does neither. Answers the exit code.
int deploy_on_server(Invocation& invocation, server::NewRun run, store::Packages& packages);

}  // namespace sluice::cli
