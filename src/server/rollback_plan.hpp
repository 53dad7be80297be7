#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "engine/services.hpp"
#include "server/runs.hpp"

namespace sluice::server {

/// A run with its journal folded: where every node and release stands.
Result<engine::Snapshot> snapshot_of(Runs& runs, std::string const& run);

/// The rollback of a run that has ended, as a new run: the baseline that its journal recorded is
/// restored for every release that is not on it. `requester` and `aws` are the caller's to fill in;
/// options.rollback_of names the run. Errors: conflict where it has not ended (stop it, or signal
/// "rollback") or nothing of it is left to roll back.
Result<NewRun> roll_back_run(engine::Snapshot const& finished);
/// As above, by the run's id, and refused (conflict) where a later run has released one of its
/// functions since: the alias then serves a version that this run knows nothing of.
Result<NewRun> roll_back_run(Runs& runs, std::string const& run);

struct AliasRollback {
  std::string function;  ///< name or ARN
  std::string alias;
  std::optional<std::string> to;  ///< a version; none: the primary version of a split alias
  std::string region;             ///< empty: the usual resolution
};

/// "orders:live", or an ARN with the alias at its end.
Result<AliasRollback> parse_alias_rollback(std::string const& text);

/// Puts one alias wholly on one version, without a journal. Reads the alias, the version and its
/// state first; refuses (conflict, with the latest versions in the hint) where no version is named
/// and the alias is not split, where the alias is there already, or where the version is not
/// Active.
Result<NewRun> roll_back_alias(engine::Services& services, AliasRollback const& request,
                               std::stop_token stop);

}  // namespace sluice::server
