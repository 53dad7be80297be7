#include "base/limits.hpp"
#include "engine/release/capacity.hpp"
#include "engine/release/code.hpp"
#include "engine/release/configuration.hpp"
#include "engine/release/live.hpp"
#include "engine/release/outcome.hpp"
#include "engine/release/past_reads.hpp"
#include "engine/release/removal.hpp"
#include "engine/release/settings.hpp"
#include "engine/steps/steps.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

/// Traffic first: one alias call with the recorded content. Then `$LATEST` where it was live or had
/// not been shifted to, then the settings this run changed. It restores what was recorded, never
/// "latest minus one" (design E5).
class Restore final : public Executor {
 public:
  Move next(StepContext& context) const override;
  Performed perform(StepContext& context, Effect const& effect) const override;
  Settled settle(StepContext& context, Effect const& effect) const override;

 private:
  static std::optional<Move> restore_latest(StepContext& context, TargetAws& aws, bool& stuck);
  static std::optional<Move> cannot_send(StepContext& context, TargetAws& aws,
                                         aws::FunctionDetails const& baseline, bool& stuck);
  static Performed send_configuration(StepContext& context, TargetAws& aws, Effect const& effect);
  static Performed send_code(StepContext& context, TargetAws& aws, Effect const& effect);
  static std::optional<Move> capacity(StepContext& context, TargetAws& aws);
  static std::optional<Move> delete_created(StepContext& context, TargetAws& aws,
                                            std::string& kept);
  static Move finished(StepContext& context, std::string const& kept, bool latest_stuck);
};

/// Somebody who changes `$LATEST` again and again, or updates that end Failed, are not met for
/// ever.
constexpr std::ptrdiff_t most_repeats = 3;

std::ptrdiff_t times(StepContext const& context, std::string_view effect) {
  return std::ranges::count_if(context.record.effects, [&](EffectRecord const& it) {
    return it.result && it.intent["name"].as_string() == effect;
  });
}

/// Where the alias goes back to: what was recorded; one that this run made at its end never stood
/// anywhere else, and is kept on the baseline. Empty: there is nothing to go back to.
AliasContent recorded_content(ReleaseState const& state) {
  if (!state.baseline_alias.version.empty() || !state.created_alias) return state.baseline_alias;
  return {state.baseline_version, {}};
}

bool moved_traffic(ReleaseState const& state) {
  if (recorded_content(state).version.empty()) return false;
  bool made_there = state.created_alias && state.alias_now.names(state.candidate_version);
  return made_there || (state.shifted && (state.alias_existed || state.created_alias));
}

/// A change by somebody else that already took the candidate off the alias counts as done (E3).
bool taken_off_by_others(ReleaseState const& state) {
  return state.place == Place::changed_by_others && !state.alias_now.names(state.candidate_version);
}

/// `$LATEST` is put back where it is live (no alias), or where no shift had happened, or on wish.
bool latest_goes_back(StepContext const& context) {
  ReleaseState const& state = *context.release;
  if (!state.wrote_latest || !state.function_existed || state.latest_version.empty()) return false;
  return state.alias.empty() || !state.shifted || context.declared().restore_latest ||
         !state.alias_existed;
}

Move Restore::next(StepContext& context) const {
  ReleaseState& state = *context.release;
  if (!state.prepared && !state.wrote_latest && !state.shifted)
    return Done{{}, NodeStatus::skipped, "nothing was changed"};
  auto aws = open_aws(context);
  if (!aws) return aws.error();
  if (moved_traffic(state) && !context.happened("UpdateAlias") && !taken_off_by_others(state))
    return intend_alias(context, state.alias_now, state.alias_revision, recorded_content(state),
                        "restore");
  if (context.happened("UpdateAlias") && state.function_existed &&
      state.place != Place::changed_by_others) {
    // Whatever becomes of the rest.
    state.place = Place::on_baseline;
    state.weight = 0;
  }
  bool latest_stuck = false;
  if (latest_goes_back(context))
    if (auto move = restore_latest(context, *aws, latest_stuck)) return *move;
  if (auto effect = restoring_setting(context)) return *effect;
  if (auto move = capacity(context, *aws)) return *move;
  std::string kept = "there is nothing to go back to";
  if (auto move = delete_created(context, *aws, kept)) return *move;
  return finished(context, kept, latest_stuck);
}

/// The traffic is back already: what becomes of the capacity behind it is told, and no failure.
std::optional<Move> Restore::capacity(StepContext& context, TargetAws& aws) {
  auto move = await_capacity(context, aws);
  auto const* failure = move ? std::get_if<Failed>(&*move) : nullptr;
  if (!failure) return move;
  context.notes.push_back(failure->reason);
  context.release->capacity_moves = false;
  return std::nullopt;
}

/// Where the plan asks for it, and nobody else has put anything on the function since.
std::optional<Move> Restore::delete_created(StepContext& context, TargetAws& aws,
                                            std::string& kept) {
  ReleaseState& state = *context.release;
  bool ours = state.created_function && !state.function_existed;
  if (!ours || !context.declared().delete_created) return std::nullopt;
  if (context.happened("DeleteFunction")) {
    state.created_function = state.created_alias = false;
    return std::nullopt;
  }
  auto foreign = foreign_parts(context, aws);
  if (!foreign) {
    Move again = look_again(context, foreign.error());
    if (!std::holds_alternative<Failed>(again)) return again;
    kept = "whether others use it could not be seen: " + foreign.error().error().message;
    return std::nullopt;
  }
  if (foreign->empty()) return intend_deletion();
  kept = "others have added to it: " + *foreign;
  return std::nullopt;
}

Move Restore::finished(StepContext& context, std::string const& kept, bool latest_stuck) {
  ReleaseState& state = *context.release;
  state.restored = true;
  if (state.place == Place::changed_by_others)
    return Done{
        json::Value{{"place", name_of(state.place)}}, NodeStatus::succeeded,
        "somebody else has taken the candidate off the alias: " + in_words(state.alias_now)};
  bool live_changed = state.shifted || context.happened("UpdateAlias") ||
                      (state.alias.empty() && state.wrote_latest) || state.wrote_tags ||
                      state.wrote_concurrency || state.described_alias;
  if (!state.function_existed && state.created_function) {
    state.place = Place::on_candidate;
    state.place_note = "the function was created by this run and is kept: " + kept;
  } else if (context.happened("DeleteFunction")) {
    state.place = Place::unchanged;
    state.place_note = "the function that this run had created is deleted again";
    state.weight = 0;
  } else {
    bool went_back = live_changed && state.function_existed;
    state.place = went_back ? Place::on_baseline : Place::unchanged;
    state.weight = 0;
  }
  bool latest_left = state.wrote_latest && state.function_existed && !latest_goes_back(context);
  state.latest_note = latest_left || latest_stuck ? latest_left_note : "";
  if (latest_stuck)
    state.latest_note +=
        "; its old code is too large to be sent directly, and no bucket is named to stage it";
  if (state.created_alias && state.function_existed)
    state.place_note =
        "alias " + state.alias + " was created by this run and is kept, on the baseline";
  state.clean_up = context.declared().delete_candidate && made_candidate(state);
  return Done{json::Value{{"place", name_of(state.place)}, {"version", state.baseline_version}},
              NodeStatus::succeeded,
              {}};
}

/// What `$LATEST` is to be told: everything of the version that equalled it, and the description
/// that was its own.
json::Value latest_as_it_was(ReleaseState const& state, aws::FunctionRecord const& version) {
  json::Value request = restoring_configuration(version.configuration);
  request.set("Description", state.latest_description);
  return request;
}

/// The version that this restore has published: the code call publishes on its way.
std::string published_version(StepContext const& context) {
  for (auto name : {"PublishVersion", "UpdateFunctionCode"})
    if (auto const& version = context.result_of(name)["version"].as_string();
        !version.empty() && version != "$LATEST")
      return version;
  return {};
}

/// Republish: configuration, then code, of the version that equals `$LATEST` as it was found.
std::optional<Move> Restore::restore_latest(StepContext& context, TargetAws& aws, bool& stuck) {
  ReleaseState& state = *context.release;
  bool publishes = state.alias.empty();
  std::string made = published_version(context);
  auto lambda = aws.lambda(aws::Lane::rollback);
  auto latest = lambda.get_function(context.declared().function);
  if (!latest) return look_again(context, latest.error());
  if (!latest->record.settled() && !latest->record.failure())
    return Park{context.now + poll_interval(context.now - last_progress(context)),
                "the update to settle",
                {},
                false};
  state.latest_revision = latest->record.revision_id();
  bool as_recorded = fingerprint(latest->record.configuration) == state.latest_before;
  if (as_recorded && (!publishes || !made.empty())) {
    state.restored_version = made;
    return std::nullopt;
  }
  if (times(context, "UpdateFunctionConfiguration") > most_repeats ||
      times(context, "UpdateFunctionCode") > most_repeats)
    return Failed{plan::ErrorClass::infrastructure,
                  "$LATEST of " + context.declared().function +
                      " does not become what it was, although AWS took the code and "
                      "the configuration of version " +
                      state.latest_version,
                  "Compare the two; the traffic is back already where an alias leads it."};
  json::Value before{{"revision", state.latest_revision}};
  if (as_recorded)
    return Effect{"PublishVersion", before, json::Value{{"code_sha256", state.latest_code}}, {}};
  auto baseline = lambda.get_function(context.declared().function, state.latest_version);
  if (!baseline) return look_again(context, baseline.error());
  json::Value want = latest_as_it_was(state, baseline->record);
  if (!differing_members(want, latest->record.configuration).empty())
    return Effect{
        "UpdateFunctionConfiguration", before, json::Value{{"version", state.latest_version}}, {}};
  if (auto move = cannot_send(context, aws, *baseline, stuck)) return move;
  if (stuck) return std::nullopt;
  return Effect{"UpdateFunctionCode",
                before,
                json::Value{{"version", state.latest_version}, {"code_sha256", state.latest_code}},
                {}};
}

/// Behind an alias nobody is served by `$LATEST`: where its old code cannot be sent it is left, and
/// reported. Without an alias prepare has seen to it that it can be sent.
std::optional<Move> Restore::cannot_send(StepContext& context, TargetAws& aws,
                                         aws::FunctionDetails const& baseline, bool& stuck) {
  ReleaseState& state = *context.release;
  json::Value const& record = baseline.record.configuration;
  bool direct = record["PackageType"].as_string() == "Image" ||
                record["CodeSize"].as_int() <= std::int64_t{limits::zip_direct_bytes};
  bool sent_somehow = direct || !context.declared().package.staging.empty();
  if (state.alias.empty() || sent_somehow || !state.latest_origin.is_null()) return std::nullopt;
  auto origin = known_origin(context, aws, state.latest_code);
  if (!origin) return look_again(context, origin.error());
  state.latest_origin = *origin;
  stuck = origin->is_null();
  return std::nullopt;
}

Performed Restore::perform(StepContext& context, Effect const& effect) const {
  auto aws = open_aws(context);
  if (!aws) return Refused{aws.error()};
  if (effect.name == "UpdateAlias") return write_alias(context, *aws, effect);
  if (effect.name == "UpdateFunctionConfiguration")
    return send_configuration(context, *aws, effect);
  if (effect.name == "UpdateFunctionCode") return send_code(context, *aws, effect);
  if (effect.name == "PublishVersion") return publish_latest(context, *aws, effect, "");
  if (effect.name == "DeleteFunction") return write_deletion(context, *aws, effect);
  return write_setting(context, *aws, effect);
}

Performed Restore::send_configuration(StepContext& context, TargetAws& aws, Effect const& effect) {
  auto lambda = aws.lambda(aws::Lane::rollback);
  auto baseline =
      lambda.get_function(context.declared().function, effect.desired["version"].as_string());
  if (!baseline) return refused(context, baseline.error());
  json::Value request = latest_as_it_was(*context.release, baseline->record);
  request.set("RevisionId", effect.before["revision"]);
  auto written = lambda.update_function_configuration(context.declared().function, request);
  if (!written) return refused(context, written.error());
  return Happened{};
}

Performed Restore::send_code(StepContext& context, TargetAws& aws, Effect const& effect) {
  auto lambda = aws.lambda(aws::Lane::rollback);
  auto baseline =
      lambda.get_function(context.declared().function, effect.desired["version"].as_string());
  if (!baseline) return refused(context, baseline.error());
  json::Value request{{"RevisionId", effect.before["revision"]}};
  if (baseline->record.configuration.contains("Architectures"))
    request.set("Architectures", baseline->record.configuration["Architectures"]);
  if (context.release->alias.empty()) request.set("Publish", true);
  auto origin = confirmed_origin(context, aws, context.release->latest_origin,
                                 effect.desired["code_sha256"].as_string());
  if (!origin) return refused(context, origin.error());
  Result<WantedCode> code = WantedCode{"", *origin, ""};
  if (origin->is_null()) code = recover_code(context, *baseline);
  if (!code) return NotNow{std::chrono::seconds(1), code.error().message};
  auto written = send_update(context, aws, *code, request);
  if (!written) return refused(context, written.error());
  return Happened{
      json::Value{{"version", written->version()}, {"code_sha256", written->code_sha256()}}, false};
}

/// A change by somebody else that already took the candidate off the alias counts as done.
Settled settle_restored_alias(StepContext& context, TargetAws& aws, Effect const& effect) {
  auto lambda = aws.lambda(aws::Lane::rollback);
  auto alias = lambda.get_alias(context.declared().function, context.declared().alias);
  if (!alias && alias.error().trouble != aws::Trouble::not_found)
    return unsettled(context, alias.error());
  ReleaseState& state = *context.release;
  if (!alias && may_be_hidden(context)) return past_read(context);
  if (!alias) {
    state.place = Place::changed_by_others;
    state.place_note = "the alias was deleted by somebody else";
    state.alias_now = {};
    return Happened{json::Value{{"found", "deleted"}}, true};
  }
  if (is_past(state, alias->revision_id)) return past_read(context);
  AliasContent found = content_of(*alias);
  state.alias_now = found;
  found_alias(state, effect, *alias);
  json::Value result{{"content", to_json(found)}, {"revision", alias->revision_id}};
  if (found == alias_content(effect.desired["content"])) return Happened{result, true};
  if (!found.names(state.candidate_version)) {
    state.place = Place::changed_by_others;
    state.place_note =
        "somebody else set the alias to " + in_words(found) + ": the candidate is off it";
    return Happened{result, true};
  }
  // Weights that AWS shows while it moves the alias's capacity are nobody's.
  auto moving = state.provisioned ? moves_capacity(context, aws) : aws::Answer<bool>(false);
  if (found == alias_content(effect.before["content"]) || found.version == state.baseline_version ||
      found == AliasContent{state.candidate_version, {}} || (moving && *moving))
    return DidNotHappen{"the alias still serves the candidate: " + in_words(found)};
  state.place = Place::changed_by_others;
  state.place_note = "the alias is at " + in_words(found);
  return ChangedByOthers{"somebody else changed the alias while it was rolled back: it is at " +
                         in_words(found)};
}

Settled Restore::settle(StepContext& context, Effect const& effect) const {
  auto aws = open_to_settle(context);
  if (!aws) return aws.error();
  if (effect.name == "UpdateAlias") return settle_restored_alias(context, *aws, effect);
  // Of `$LATEST`, `next` decides by what it reads: it goes on from the content it finds.
  bool latest = effect.name == "UpdateFunctionConfiguration" ||
                effect.name == "UpdateFunctionCode" || effect.name == "PublishVersion";
  if (latest) return DidNotHappen{"it is looked at again"};
  if (effect.name == "DeleteFunction") return settle_deletion(context, *aws, effect);
  return settle_setting(context, *aws, effect);
}

}  // namespace

std::unique_ptr<Executor> make_restore() { return std::make_unique<Restore>(); }

}  // namespace sluice::engine
