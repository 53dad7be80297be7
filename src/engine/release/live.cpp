#include "engine/release/live.hpp"

#include "base/strings.hpp"
#include "engine/release/capacity.hpp"
#include "engine/release/outcome.hpp"
#include "engine/release/past_reads.hpp"

namespace sluice::engine {
namespace {

constexpr Duration settle_limit = std::chrono::minutes(15);

void remember(ReleaseState& state, AliasContent const& content) {
  state.alias_now = content;
  state.weight =
      state.candidate_version.empty() ? 0 : content.share_of(state.candidate_version) * 100;
}

json::Value result_of(AliasContent const& content, std::string const& revision) {
  return json::Value{{"content", to_json(content)}, {"revision", revision}};
}

std::string alias_name(StepContext const& context) {
  return context.declared().function + ":" + context.declared().alias;
}

}  // namespace

AliasContent content_of(aws::AliasRecord const& alias) {
  return {alias.function_version, alias.weights};
}

std::string unqualified(std::string const& arn) {
  auto parts = split(arn, ':');
  if (parts.size() > 7) parts.resize(7);
  return join(parts, ":");
}

std::string account_of(std::string const& arn) {
  auto parts = split(arn, ':');
  return parts.size() > 4 ? parts[4] : std::string();
}

std::string bare_name(std::string const& function) {
  auto parts = split(function, ':');
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    if (parts[i] == "function") return parts[i + 1];
  return parts.front();
}

std::optional<Move> await_settled(StepContext const& context, aws::FunctionRecord const& record) {
  std::string const& function = context.declared().function;
  if (record.state() == "Failed")
    return Failed{plan::ErrorClass::infrastructure,
                  "function " + function +
                      " is in the state Failed: " + record.failure().value_or("no reason given"),
                  "AWS says: delete the function and create it again."};
  if (record.state() == "Inactive")
    return Failed{plan::ErrorClass::infrastructure,
                  "function " + function + " is Inactive: AWS reclaimed its resources",
                  "Invoke it once, wait until it is Active again, then repeat the release."};
  if (record.settled()) return std::nullopt;
  Duration waited = context.now - last_progress(context);
  if (waited > settle_limit)
    return Failed{
        plan::ErrorClass::timeout,
        "AWS has not finished a change of " + function + " within " + text_of(settle_limit), ""};
  return Park{
      context.now + poll_interval(waited), "AWS to finish a change of " + function, {}, false};
}

Effect intend_alias(StepContext const&, AliasContent const& before, std::string const& revision,
                    AliasContent const& desired, std::string const& purpose) {
  return {"UpdateAlias", json::Value{{"content", to_json(before)}, {"revision", revision}},
          json::Value{{"content", to_json(desired)}}, json::Value{{"purpose", purpose}}};
}

Performed write_alias(StepContext& context, TargetAws& aws, Effect const& effect) {
  AliasContent desired = alias_content(effect.desired["content"]);
  auto lambda = aws.lambda(lane_of(context));
  auto written = lambda.update_alias(
      context.declared().function, context.declared().alias,
      {desired.version, desired.weights, effect.before["revision"].as_string()});
  if (!written) return refused(context, written.error());
  remember(*context.release, desired);
  wrote_alias(*context.release, written->revision_id);
  context.release->capacity_moves = context.release->provisioned;
  return Happened{result_of(desired, written->revision_id), false};
}

Settled settle_alias(StepContext& context, TargetAws& aws, Effect const& effect) {
  ReleaseState& state = *context.release;
  auto lambda = aws.lambda(lane_of(context));
  auto alias = lambda.get_alias(context.declared().function, context.declared().alias);
  if (!alias && alias.error().trouble == aws::Trouble::not_found) {
    if (may_be_hidden(context)) return past_read(context);
    state.place = Place::changed_by_others;
    return ChangedByOthers{"alias " + alias_name(context) + " was deleted by somebody else"};
  }
  if (!alias) return unsettled(context, alias.error());
  if (is_past(state, alias->revision_id)) return past_read(context);
  AliasContent found = content_of(*alias);
  AliasContent desired = alias_content(effect.desired["content"]);
  bool as_before = found == alias_content(effect.before["content"]);
  remember(state, found);
  found_alias(state, effect, *alias);
  if (found == desired) {
    state.capacity_moves = state.provisioned;
    return Happened{result_of(found, alias->revision_id), true};
  }
  if (as_before) return DidNotHappen{"the alias is as it was: " + in_words(found)};
  // Only now the extra call: a refused read leaves the plain reading in force.
  if (auto moving = moves_capacity(context, aws); moving && *moving)
    return NotNow{std::chrono::seconds(2),
                  "AWS is moving the provisioned concurrency of " + alias_name(context)};
  state.place = Place::changed_by_others;
  state.place_note = "somebody else set alias " + alias_name(context) + " to " + in_words(found);
  return ChangedByOthers{"somebody else changed alias " + alias_name(context) +
                         " while this release ran: it is at " + in_words(found) +
                         ", expected was " + in_words(alias_content(effect.before["content"]))};
}

Performed create_alias(StepContext& context, TargetAws& aws, Effect const& effect) {
  AliasContent desired = alias_content(effect.desired["content"]);
  auto lambda = aws.lambda(lane_of(context));
  auto const& declared = context.declared();
  auto made = lambda.create_alias(declared.function, declared.alias, desired.version,
                                  declared.alias_description.value_or(""));
  if (!made && made.error().trouble == aws::Trouble::already_exists)
    return MaybeDone{made.error().error().message};
  if (!made) return refused(context, made.error());
  ReleaseState& state = *context.release;
  state.created_alias = true;
  if (state.baseline_alias.version.empty() && desired.version == state.baseline_version)
    state.baseline_alias = desired;
  remember(state, desired);
  wrote_alias(state, made->revision_id);
  return Happened{result_of(desired, made->revision_id), false};
}

Settled settle_created_alias(StepContext& context, TargetAws& aws, Effect const& effect) {
  auto lambda = aws.lambda(lane_of(context));
  auto alias = lambda.get_alias(context.declared().function, context.declared().alias);
  if (!alias && alias.error().trouble == aws::Trouble::not_found) {
    if (may_still_land(context)) return await_landing(context, "alias " + alias_name(context));
    return DidNotHappen{"there is no such alias"};
  }
  if (!alias) return unsettled(context, alias.error());
  AliasContent found = content_of(*alias);
  ReleaseState& state = *context.release;
  if (found == alias_content(effect.desired["content"])) {
    state.created_alias = true;
    if (state.baseline_alias.version.empty() && found.version == state.baseline_version)
      state.baseline_alias = found;
    remember(state, found);
    wrote_alias(state, alias->revision_id);
    return Happened{result_of(found, alias->revision_id), true};
  }
  state.place = Place::changed_by_others;
  return ChangedByOthers{"somebody else created alias " + alias_name(context) +
                         " meanwhile: it is at " + in_words(found)};
}

Performed publish_latest(StepContext& context, TargetAws& aws, Effect const& effect,
                         std::string const& description) {
  auto lambda = aws.lambda(lane_of(context));
  json::Value request{{"CodeSha256", effect.desired["code_sha256"]}};
  if (!effect.before["revision"].as_string().empty())
    request.set("RevisionId", effect.before["revision"]);
  if (!description.empty()) request.set("Description", description);
  auto made = lambda.publish_version(context.declared().function, request);
  if (!made) return refused(context, made.error());
  return Happened{json::Value{{"version", made->version()},
                              {"code_sha256", made->code_sha256()},
                              {"arn", made->arn()},
                              {"state", made->state()}},
                  false};
}

}  // namespace sluice::engine
