#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "engine/core.hpp"
#include "engine/step.hpp"
#include "net/client.hpp"
#include "store/store.hpp"

namespace sluice::sim {

/// Bugs put in on purpose, to show that the simulator finds such things. Each wraps one of the
/// production's ports: an executor, the way to AWS, the store, or the services of a run.
enum class PlantedBug {
  none,
  resend_stale_alias_writes,  ///< a 412 is answered by writing without the guard
  restore_previous_version,  ///< a rollback goes to "latest minus one" instead of what was recorded
  ignore_approvals,          ///< an approval counts as given when it is asked for
  adopt_everything,          ///< whatever may have happened is taken for done
  locks_of_their_own,        ///< every run takes a lock that no other one knows
  effect_before_intent,      ///< the alias is moved, and the intent journalled afterwards
  limiter_per_run,           ///< every run has a budget of calls to itself
  approval_of_any_plan,      ///< which plan the approver has read is not passed on
  missing_data_passes,       ///< a check that saw too little lets the candidate through
  lost_answer_fails,         ///< an alias write whose answer was lost counts as failed
  weights_merged,            ///< an alias write leaves out weights where it wants none
  latest_compared,           ///< "nothing to do" is found by `$LATEST`, not by what is served
  no_drain,                  ///< the candidate is deleted as soon as the rollback is done
  no_epoch_check,            ///< the store takes journal writes of whoever owned the run before
  no_fence,                  ///< a take-over does not make the fencing write
};

struct PlantedName {
  PlantedBug bug;
  std::string_view name;
};
/// All but `none`, for tests.
std::vector<PlantedName> const& planted_bugs();

/// The production's executors with that bug.
engine::Executors planted_executors(PlantedBug bug);

/// The way to AWS with that bug; null: it is not one of the client's. `inner` must outlive it.
std::unique_ptr<net::Client> planted_client(PlantedBug bug, net::Client& inner);

/// The store with that bug; null: it is not one of the store's. `inner` must outlive it.
std::unique_ptr<store::Store> planted_store(PlantedBug bug, store::Store& inner);

}  // namespace sluice::sim
