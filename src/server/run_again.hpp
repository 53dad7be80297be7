#pragma once

#include <string>

#include "server/runs.hpp"

namespace sluice::server {

/// The stored plan of a run that has ended, as a new run: everything in it is done once more, with
/// the packages that were stored then. `requester` and `aws` are the caller's to fill in;
/// options.again names the run. Errors: conflict where the run has not ended; invalid_input where
/// it was a rollback or a clean-up, whose plan is nothing without what had been before it.
Result<NewRun> run_again(Runs& runs, std::string const& run);

}  // namespace sluice::server
