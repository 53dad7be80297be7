#include "base/limits.hpp"
#include "engine/release/capacity.hpp"
#include "engine/release/code.hpp"
#include "engine/release/configuration.hpp"
#include "engine/release/live.hpp"
#include "engine/release/outcome.hpp"
#include "engine/release/past_reads.hpp"
#include "engine/secrets.hpp"
#include "engine/steps/steps.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

/// What was read, for one call of `next`.
struct Found {
  json::Value wanted;  ///< the declared configuration with its secrets opened
  std::optional<aws::AliasRecord> alias;
  std::string no_alias;  ///< AWS's words, where there is none
  std::optional<aws::FunctionDetails>
      live;  ///< what the alias serves; `$LATEST` where there is none
  std::optional<aws::FunctionDetails> latest;  ///< `$LATEST`, read where something is to be written
};

/// Whether the plan moves this release's traffic by less than all of it.
bool shifts_in_steps(plan::Node const& node, std::string const& release) {
  if (node.step && node.step->kind == "shift" &&
      node.step->input["release"].as_string() == release) {
    double weight = node.step->input["weight"].as_double(100);
    if (weight > 0 && weight < 100) return true;
  }
  return std::ranges::any_of(
      node.children, [&](plan::Node const& child) { return shifts_in_steps(child, release); });
}

/// Reads what is there, compares it with what is declared, and makes the baseline restorable.
class Prepare final : public Executor {
 public:
  Move next(StepContext& context) const override;
  Performed perform(StepContext& context, Effect const& effect) const override;
  Settled settle(StepContext& context, Effect const& effect) const override;

 private:
  static std::optional<Move> read_alias(StepContext& context, TargetAws& aws, Found& found);
  static std::optional<Move> read_function(StepContext& context, TargetAws& aws, Found& found);
  static std::optional<Move> compare(StepContext& context, TargetAws& aws, Found& found);
  static Move new_function(StepContext& context, TargetAws& aws);
  static std::optional<Move> secure_baseline(StepContext& context, TargetAws& aws, Found& found);
  static std::optional<Move> secure_code(StepContext& context, TargetAws& aws, Found const& found);
  static std::optional<Move> secure_alias(StepContext& context, Found& found);
  static Move traffic_only(StepContext& context, TargetAws& aws, Found const& found);
};

Move done(ReleaseState& state) {
  state.prepared = true;
  json::Value outputs{{"baseline_version", state.baseline_version}, {"unchanged", state.unchanged}};
  if (!state.why_at_once.empty()) outputs.set("at_once", state.why_at_once);
  return Done{std::move(outputs), NodeStatus::succeeded, {}};
}

/// Of a release of given versions: why the alias cannot go from where it is to the second one.
std::optional<Failed> wrong_versions(plan::Release const& declared, std::string const& current) {
  std::string const& from = declared.given_baseline;
  std::string const& to = declared.given_candidate;
  if (to.empty()) return std::nullopt;
  std::string const alias = "alias " + declared.function + ":" + declared.alias;
  if (to == current)
    return Failed{plan::ErrorClass::configuration,
                  alias + " serves version " + current +
                      " already, which is the target version: there is nothing to shift",
                  "Name the version that is to follow it as the target version."};
  if (from.empty() || from == current) return std::nullopt;
  return Failed{plan::ErrorClass::conflict,
                alias + " is at version " + current + ", and version " + from +
                    " is declared as the one that it goes on from",
                "Somebody else has moved the alias, or the file is not of today. Declare version " +
                    current + " as the current one if version " + to +
                    " is to follow it; else point the alias back at version " + from + " first."};
}

std::optional<Move> Prepare::read_alias(StepContext& context, TargetAws& aws, Found& found) {
  auto const& declared = context.declared();
  ReleaseState& state = *context.release;
  if (declared.alias.empty()) return std::nullopt;
  auto lambda = aws.lambda();
  auto alias = lambda.get_alias(declared.function, declared.alias);
  if (!alias && alias.error().trouble == aws::Trouble::not_found) {
    found.no_alias = alias.error().message;
    return std::nullopt;
  }
  if (!alias) return look_again(context, alias.error());
  if (is_past(state, alias->revision_id))
    return Park{
        context.now + std::chrono::seconds(1), "AWS to answer what the alias is by now", {}, false};
  found.alias = *alias;
  AliasContent content = content_of(*alias);
  if (!content.weights.empty()) {
    if (auto moving = moves_capacity(context, aws); moving && *moving)
      return Park{context.now + std::chrono::seconds(2),
                  "AWS to move the alias's provisioned concurrency",
                  {},
                  false};
    if (!declared.heal_to_primary)
      return Failed{
          plan::ErrorClass::conflict,
          "alias " + declared.function + ":" + declared.alias +
              " is split already: " + in_words(content),
          "A release that was interrupted left it so. Put it back with `sluice rollback " +
              declared.function + ":" + declared.alias +
              "`, or let this release begin with --heal to-primary."};
    if (auto failure = wrong_versions(declared, content.version)) return *failure;
    return intend_alias(context, content, alias->revision_id, AliasContent{content.version, {}},
                        "heal");
  }
  if (!state.alias_existed && !state.created_alias) {
    state.alias_existed = true;
    state.baseline_alias = content;
    state.baseline_description = alias->description;
  }
  state.alias_now = content;
  saw_alias(state, alias->revision_id);
  return std::nullopt;
}

std::optional<Move> Prepare::read_function(StepContext& context, TargetAws& aws, Found& found) {
  auto const& declared = context.declared();
  auto lambda = aws.lambda();
  auto live = lambda.get_function(declared.function, found.alias ? declared.alias : "");
  if (!live && live.error().trouble == aws::Trouble::not_found && !found.alias) return std::nullopt;
  if (!live) return look_again(context, live.error());
  if (auto wait = await_settled(context, live->record)) return wait;
  found.live = std::move(*live);
  return std::nullopt;
}

Move Prepare::new_function(StepContext& context, TargetAws& aws) {
  auto const& declared = context.declared();
  ReleaseState& state = *context.release;
  bool image = declared.package.kind == plan::Package::Kind::image;
  std::string missing;
  for (auto name : {"Role", "Runtime", "Handler"}) {
    bool needed = std::string_view(name) == "Role" || !image;
    if (needed && declared.configuration[name].is_null())
      missing += (missing.empty() ? "" : ", ") + std::string(name);
  }
  if (declared.package.kind == plan::Package::Kind::none)
    missing += (missing.empty() ? "" : ", ") + std::string("a package");
  if (!missing.empty())
    return Failed{plan::ErrorClass::configuration,
                  "function " + declared.function +
                      " does not exist yet, and to create it the release lacks: " + missing,
                  ""};
  auto code = pin_code(context, aws, false);
  if (!code) return look_again(context, code.error());
  state.wanted_code = code->sha256;
  state.pinned_package = to_json(*code);
  state.function_existed = false;
  state.why_at_once = "the function is new: there is no version to shift from";
  return done(state);
}

std::optional<Move> Prepare::compare(StepContext& context, TargetAws& aws, Found& found) {
  auto const& declared = context.declared();
  ReleaseState& state = *context.release;
  json::Value const& live = found.live->record.configuration;
  state.function_existed = true;
  state.function_arn = unqualified(found.live->record.arn());
  state.account = account_of(state.function_arn);
  if (state.wanted_code.empty() && declared.package.kind != plan::Package::Kind::none) {
    auto code = pin_code(context, aws, true);
    if (!code) return look_again(context, code.error());
    state.wanted_code = code->sha256;
    state.pinned_package = to_json(*code);
  }
  if (state.wanted_code.empty()) state.wanted_code = found.live->record.code_sha256();
  if (shifts_in_steps(context.plan->root, declared.id) && found.alias) {
    if (auto why = why_not_splittable(found.wanted, live))
      return Failed{plan::ErrorClass::configuration,
                    "an alias cannot split traffic between the two versions of " +
                        declared.function + ": " + *why,
                    "Release this change alone with a strategy that shifts to 100 at once; steps "
                    "are possible again afterwards."};
  }
  state.baseline_tags = json::object_of(found.live->tags);
  if (found.live->reserved_concurrency)
    state.baseline_concurrency = *found.live->reserved_concurrency;
  bool tags_differ = declared.tags && *declared.tags != found.live->tags;
  bool concurrency_differs = declared.reserved_concurrency &&
                             declared.reserved_concurrency != found.live->reserved_concurrency;
  bool description_differs = declared.alias_description && found.alias &&
                             *declared.alias_description != found.alias->description;
  state.settings_differ = tags_differ || concurrency_differs || description_differs;
  json::Value compared = found.wanted;
  // A version that was given a description of its own does not show the function's.
  if (!declared.version_description.empty()) compared.erase("Description");
  state.unchanged = found.live->record.code_sha256() == state.wanted_code &&
                    differing_members(compared, live).empty() &&
                    !architecture_differs(found.wanted, live);
  return std::nullopt;
}

/// E5: where no published version equals `$LATEST` it is published, so that it can be restored.
std::optional<Move> Prepare::secure_baseline(StepContext& context, TargetAws& aws, Found& found) {
  auto const& declared = context.declared();
  ReleaseState& state = *context.release;
  if (found.live->record.version() == "$LATEST") {
    found.latest = found.live;
  } else {
    auto lambda = aws.lambda();
    auto latest = lambda.get_function(declared.function);
    if (!latest) return look_again(context, latest.error());
    if (auto wait = await_settled(context, latest->record)) return wait;
    found.latest = std::move(*latest);
  }
  aws::FunctionRecord const& record = found.latest->record;
  state.latest_code = record.code_sha256();
  state.latest_before = state.latest_fingerprint = fingerprint(record.configuration);
  state.latest_description = record.configuration["Description"].as_string();
  state.latest_revision = record.revision_id();
  bool is_live = found.live->record.version() != "$LATEST" &&
                 frozen_fingerprint(found.live->record.configuration) ==
                     frozen_fingerprint(record.configuration);
  if (is_live) state.latest_version = found.live->record.version();
  state.members_to_write = json::array_of(differing_members(found.wanted, record.configuration));
  state.code_to_write = record.code_sha256() != state.wanted_code ||
                        architecture_differs(found.wanted, record.configuration);
  if (auto move = secure_code(context, aws, found)) return move;
  if (auto const& published = context.result_of("PublishVersion"); !published.is_null())
    state.latest_version = published["version"].as_string();
  if (state.latest_version.empty())
    return Effect{"PublishVersion",
                  json::Value{{"revision", record.revision_id()}},
                  json::Value{{"code_sha256", record.code_sha256()},
                              {"fingerprint", state.latest_fingerprint}},
                  {}};
  bool through_version = found.live->record.version() != "$LATEST";
  state.baseline_version = through_version ? found.live->record.version() : state.latest_version;
  state.baseline_code = found.live->record.code_sha256();
  return std::nullopt;
}

/// E5: without an alias a rollback sends the old code again. Lambda takes no more than 50 MB
/// directly: what is larger has to be had from S3, which is settled before the first write.
std::optional<Move> Prepare::secure_code(StepContext& context, TargetAws& aws, Found const& found) {
  auto const& declared = context.declared();
  ReleaseState& state = *context.release;
  json::Value const& latest = found.latest->record.configuration;
  std::int64_t size = latest["CodeSize"].as_int();
  bool image = latest["PackageType"].as_string() == "Image";
  if (!declared.alias.empty() || !state.code_to_write || image ||
      size <= std::int64_t{limits::zip_direct_bytes} || !state.latest_origin.is_null())
    return std::nullopt;
  auto origin = known_origin(context, aws, state.latest_code);
  if (!origin) return look_again(context, origin.error());
  state.latest_origin = *origin;
  if (!origin->is_null() || !declared.package.staging.empty()) return std::nullopt;
  return Failed{plan::ErrorClass::configuration,
                "a rollback of " + declared.function + " could not be carried out: its code has " +
                    std::to_string(size) + " bytes, Lambda takes at most " +
                    std::to_string(limits::zip_direct_bytes) +
                    " directly, and no earlier run of this journal knows an S3 object that still "
                    "holds it",
                "Name a bucket in the function's region that can take it, staging: "
                "s3://bucket/prefix, or release through an alias."};
}

/// An alias on `$LATEST` is pointed at the published version; a missing one is created there.
std::optional<Move> Prepare::secure_alias(StepContext& context, Found& found) {
  auto const& declared = context.declared();
  ReleaseState& state = *context.release;
  if (declared.alias.empty()) return std::nullopt;
  if (found.alias && found.alias->function_version == "$LATEST")
    return intend_alias(context, state.alias_now, state.alias_revision,
                        AliasContent{state.baseline_version, {}}, "pin");
  if (found.alias || state.created_alias) {
    if (state.baseline_alias.version == "$LATEST") state.baseline_alias = state.alias_now;
    return std::nullopt;
  }
  if (declared.missing_alias == plan::Release::MissingAlias::create_at_end) {
    state.why_at_once = "alias " + declared.alias +
                        " does not exist yet: it is created at the end, on the new version";
    return std::nullopt;
  }
  return Effect{"CreateAlias",
                {},
                json::Value{{"content", to_json(AliasContent{state.baseline_version, {}})}},
                {}};
}

/// With no more rights than to read and write the alias: whether the function and its versions
/// exist shows in what AWS says of the alias, and in the first shift.
Move Prepare::traffic_only(StepContext& context, TargetAws& aws, Found const& found) {
  auto const& declared = context.declared();
  ReleaseState& state = *context.release;
  if (!found.alias)
    return Failed{
        plan::ErrorClass::configuration,
        "alias " + declared.function + ":" + declared.alias + " does not exist: " + found.no_alias,
        "Check the names of the function and its alias, the Region and the account. A "
        "release of versions that exist needs an alias that exists."};
  if (auto failure = wrong_versions(declared, state.alias_now.version)) return *failure;
  state.function_existed = true;
  state.function_arn = unqualified(found.alias->arn);
  state.account = account_of(state.function_arn);
  state.baseline_version = found.alias->function_version;
  if (!declared.given_candidate.empty()) state.candidate_version = declared.given_candidate;
  look_for_capacity(context, aws);
  return done(state);
}

Move Prepare::next(StepContext& context) const {
  auto const& declared = context.declared();
  ReleaseState& state = *context.release;
  // A scope that is tried again keeps its baseline: what is live by now may be the candidate.
  if (state.prepared) return done(state);
  auto aws = open_aws(context);
  if (!aws) return aws.error();
  state.function = bare_name(declared.function);
  state.alias = declared.alias;
  state.region = aws->region;
  Found found;
  auto wanted = opened_configuration(context);
  if (!wanted) return wanted.error();
  found.wanted = std::move(*wanted);
  if (auto move = read_alias(context, *aws, found)) return *move;
  bool level_traffic =
      plan::prepare_step(context.record.input).level == plan::PrepareLevel::traffic;
  if (level_traffic) return traffic_only(context, *aws, found);
  if (auto move = read_function(context, *aws, found)) return *move;
  if (!found.live) return new_function(context, *aws);
  if (auto move = compare(context, *aws, found)) return *move;
  bool nothing_to_secure = state.unchanged && (declared.alias.empty() || found.alias);
  if (nothing_to_secure) {
    state.baseline_version = state.candidate_version = found.live->record.version();
    return done(state);
  }
  if (auto move = secure_baseline(context, *aws, found)) return *move;
  if (auto move = secure_alias(context, found)) return *move;
  if (state.unchanged) state.candidate_version = state.baseline_version;
  return done(state);
}

Performed Prepare::perform(StepContext& context, Effect const& effect) const {
  auto aws = open_aws(context);
  if (!aws) return Refused{aws.error()};
  if (effect.name == "UpdateAlias") return write_alias(context, *aws, effect);
  if (effect.name == "CreateAlias") return create_alias(context, *aws, effect);
  return publish_latest(context, *aws, effect, "");
}

Settled Prepare::settle(StepContext& context, Effect const& effect) const {
  auto aws = open_to_settle(context);
  if (!aws) return aws.error();
  if (effect.name == "UpdateAlias") return settle_alias(context, *aws, effect);
  if (effect.name == "CreateAlias") return settle_created_alias(context, *aws, effect);
  return DidNotHappen{"publishing is repeated: it answers the version already made"};
}

}  // namespace

std::unique_ptr<Executor> make_prepare() { return std::make_unique<Prepare>(); }

}  // namespace sluice::engine
