#include "engine/release/capacity.hpp"

#include "engine/release/live.hpp"
#include "engine/release/outcome.hpp"
#include "engine/release/past_reads.hpp"

namespace sluice::engine {
namespace {

/// Each look is two events in the journal: often at first, then every ten seconds.
Duration look_interval(Duration waited) {
  return waited < std::chrono::seconds(10) ? Duration(1000) : Duration(10'000);
}

std::string alias_name(StepContext const& context) {
  return context.declared().function + ":" + context.declared().alias;
}

/// "3 of 10 ready".
std::string progress_of(json::Value const& config) {
  return std::to_string(config["AvailableProvisionedConcurrentExecutions"].as_int()) + " of " +
         std::to_string(config["RequestedProvisionedConcurrentExecutions"].as_int()) + " ready";
}

Move wait_on(StepContext const& context, std::string const& what) {
  Duration waited = context.now - last_progress(context);
  if (waited > capacity_limit)
    return Failed{plan::ErrorClass::timeout,
                  "AWS has not moved the provisioned concurrency of " + alias_name(context) +
                      " within " + text_of(capacity_limit) + ": " + what,
                  "Look at it with: aws lambda get-provisioned-concurrency-config"};
  // A promotion wakes what is parked at once, each time anew: then the wait is in memory only.
  return Park{context.now + look_interval(waited),
              "AWS to move the provisioned concurrency of " + alias_name(context) + ": " + what,
              {},
              !context.promoting};
}

/// The capacity is ready: the alias has to show what was written, and has a new RevisionId.
std::optional<Move> await_weights(StepContext& context, TargetAws& aws) {
  ReleaseState& state = *context.release;
  auto lambda = aws.lambda(lane_of(context));
  auto alias = lambda.get_alias(context.declared().function, context.declared().alias);
  if (!alias) return look_again(context, alias.error());
  AliasContent found = content_of(*alias);
  if (is_past(state, alias->revision_id))
    return wait_on(context, "AWS answers what the alias was before");
  if (found == state.alias_now) {
    saw_alias(state, alias->revision_id);
    state.capacity_moves = false;
    return std::nullopt;
  }
  // AWS keeps the version that was asked for, and splits with the one it replaces.
  bool by_aws = found.version == state.alias_now.version;
  for (auto const& [version, share] : found.weights)
    by_aws = by_aws && (version == state.baseline_version || version == state.candidate_version);
  if (by_aws) return wait_on(context, "the alias is at " + in_words(found));
  state.place = Place::changed_by_others;
  state.place_note = "somebody else set alias " + alias_name(context) + " to " + in_words(found);
  return Failed{plan::ErrorClass::external_change,
                "somebody else changed alias " + alias_name(context) +
                    " while this release ran: it is at " + in_words(found) + ", expected was " +
                    in_words(state.alias_now),
                ""};
}

}  // namespace

void look_for_capacity(StepContext& context, TargetAws& aws) {
  ReleaseState& state = *context.release;
  if (!state.alias_existed) return;
  auto found = aws.lambda().get_provisioned_concurrency(state.function, state.alias);
  if (found) {
    state.provisioned = found->has_value();
    return;
  }
  context.notes.push_back(
      "could not see whether the alias has provisioned concurrency, so that no shift waits for "
      "it: " +
      found.error().error().message);
}

aws::Answer<bool> moves_capacity(StepContext const& context, TargetAws& aws) {
  auto lambda = aws.lambda(lane_of(context));
  auto found =
      lambda.get_provisioned_concurrency(context.declared().function, context.declared().alias);
  if (!found) return std::unexpected(found.error());
  return *found && (**found)["Status"].as_string() == "IN_PROGRESS";
}

std::optional<Move> await_capacity(StepContext& context, TargetAws& aws) {
  ReleaseState& state = *context.release;
  if (!state.capacity_moves) return std::nullopt;
  auto lambda = aws.lambda(lane_of(context));
  auto found =
      lambda.get_provisioned_concurrency(context.declared().function, context.declared().alias);
  if (!found) return look_again(context, found.error());
  if (!*found) {  // taken away meanwhile
    state.provisioned = state.capacity_moves = false;
    return std::nullopt;
  }
  json::Value const& config = **found;
  std::string const& status = config["Status"].as_string();
  if (status == "READY") return await_weights(context, aws);
  if (status != "FAILED") return wait_on(context, progress_of(config));
  std::string const& reason = config["StatusReason"].as_string();
  return Failed{plan::ErrorClass::infrastructure,
                "AWS could not provide the provisioned concurrency of " + alias_name(context) +
                    ": " + (reason.empty() ? "no reason given" : reason),
                "The traffic is where the alias says, on demand. Lower the provisioned concurrency "
                "of the alias, or let it have more, and release again."};
}

}  // namespace sluice::engine
