#pragma once

#include "cli/invocation.hpp"
#include "store/packages.hpp"

namespace sluice::cli {

/// `deploy` with a server: asks which of the plan's stored packages the server lacks, sends those,
/// starts the run there and follows it. With --dry-run says what would be sent and started, and
/// does neither. Answers the exit code.
int deploy_on_server(Invocation& invocation, server::NewRun run, store::Packages& packages);

/// What a dry run says of a plan whose live state only the server can read: a line per function.
std::string would_release(plan::Plan const& plan);

}  // namespace sluice::cli
