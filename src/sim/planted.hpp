#pragma once

#include "engine/step.hpp"

namespace sluice::sim {

/// Bugs put in on purpose, to show that the simulator finds such things.
enum class PlantedBug {
  none,
  resend_stale_alias_writes,  ///< a 412 is answered by writing without the guard
  restore_previous_version,  ///< a rollback goes to "latest minus one" instead of what was recorded
  ignore_approvals,          ///< an approval counts as given when it is asked for
  adopt_everything,          ///< whatever may have happened is taken for done
  locks_of_their_own,        ///< every run takes a lock that no other one knows
};

/// The production's executors with that bug.
engine::Executors planted_executors(PlantedBug bug);

}  // namespace sluice::sim
