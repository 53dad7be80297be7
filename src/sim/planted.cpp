#include "sim/planted.hpp"

namespace sluice::sim {

std::vector<PlantedName> const& planted_bugs() {
  static std::vector<PlantedName> const all{
      {PlantedBug::resend_stale_alias_writes, "ResendStaleAliasWrites"},
      {PlantedBug::restore_previous_version, "RestorePreviousVersion"},
      {PlantedBug::ignore_approvals, "IgnoreApprovals"},
      {PlantedBug::adopt_everything, "AdoptEverything"},
      {PlantedBug::locks_of_their_own, "LocksOfTheirOwn"},
      {PlantedBug::effect_before_intent, "EffectBeforeIntent"},
      {PlantedBug::limiter_per_run, "LimiterPerRun"},
      {PlantedBug::approval_of_any_plan, "ApprovalOfAnyPlan"},
      {PlantedBug::missing_data_passes, "MissingDataPasses"},
      {PlantedBug::lost_answer_fails, "LostAnswerFails"},
      {PlantedBug::weights_merged, "WeightsMerged"},
      {PlantedBug::latest_compared, "LatestCompared"},
      {PlantedBug::no_drain, "NoDrain"},
      {PlantedBug::no_epoch_check, "NoEpochCheck"},
      {PlantedBug::no_fence, "NoFence"}};
  return all;
}

}  // namespace sluice::sim
