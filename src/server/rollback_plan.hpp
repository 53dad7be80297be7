#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "aws/lambda.hpp"
#include "engine/release/release_state.hpp"
#include "engine/services.hpp"
#include "server/runs.hpp"

namespace sluice::server {

/// A run with its journal folded: where every node and release stands.
Result<engine::Snapshot> snapshot_of(Runs& runs, std::string const& run);

/// A release that is not where its run found it.
struct UndoneRelease {
  plan::Release release;
  engine::ReleaseState state;
};
/// What a rollback of that run, ended or not, moves back as things stand.
std::vector<UndoneRelease> undone_releases(engine::Snapshot const& run);

/// The rollback of a run that has ended, as a new run: the baseline that its journal recorded is
/// restored for every release that is not on it. `requester` and `aws` are the caller's to fill in;
/// options.rollback_of names the run. Errors: conflict where it has not ended (stop it, or signal
/// "rollback") or nothing of it is left to roll back; invalid_input where a later run of this
/// journal has moved one of its aliases since and that was not taken back.
Result<NewRun> roll_back_run(Runs& runs, std::string const& run);

struct AliasRollback {
  std::string function;  ///< name or ARN
  std::string alias;
  std::optional<std::string> to;  ///< a version; none: the primary version of a split alias
  std::string region;             ///< empty: the usual resolution
};

/// "orders:live", or an ARN with the alias at its end.
Result<AliasRollback> parse_alias_rollback(std::string const& text);

/// An alias as it stands, before anything is decided.
struct FoundAlias {
  std::string function;  ///< bare name
  std::string account, region;
  plan::Target target;
  aws::AliasRecord record;
};
/// Errors name the aliases there are.
Result<FoundAlias> find_alias(engine::Services& services, AliasRollback const& request,
                              std::stop_token stop);
/// Every lock by which a run may hold that alias.
std::vector<plan::Lock> locks_of(FoundAlias const& alias);
/// Whether all of its traffic goes to the wanted version already.
bool is_there(AliasRollback const& request, FoundAlias const& alias);

/// Puts one alias wholly on one version, without a journal. Reads the version and its state first;
/// refuses (conflict, with the latest versions in the hint) where no version is named and the alias
/// is not split, or where the version is not Active. Not to be asked for where `is_there`.
Result<NewRun> roll_back_alias(engine::Services& services, AliasRollback const& request,
                               FoundAlias const& alias, std::stop_token stop);

}  // namespace sluice::server
