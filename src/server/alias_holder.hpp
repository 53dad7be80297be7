#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/rollback_plan.hpp"

namespace sluice::server {

/// A run that stands in the way of moving an alias: it holds one of the alias's locks.
struct AliasHolder {
  store::RunRow row;  ///< with `owner` empty where nobody executes it
  std::string lock;
  std::size_t releases = 0;  ///< how many functions the run releases
  /// The run's release of this very alias, in the same place, once it has recorded a baseline.
  std::optional<engine::ReleaseState> release;

  bool executed() const { return !row.owner.empty(); }
  /// Whether rolling the run back moves this alias to its baseline and nothing else.
  bool is_only_about_it() const { return releases == 1 && release; }
};

/// Who holds the alias; none: nobody of this journal. `world` is where the alias was found
/// (OpenedServices::world): a run that was begun elsewhere is not about the same alias, whatever
/// its lock is called.
Result<std::optional<AliasHolder>> holder_of(Runs& runs, FoundAlias const& alias,
                                             json::Value const& world);

/// What starting that plan would meet: for those who only ask. Sees runs of the same functions.
Result<std::optional<store::Busy>> busy_for(Runs& runs, plan::Plan const& plan);

}  // namespace sluice::server
