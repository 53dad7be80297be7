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

constexpr Duration settle_limit = std::chrono::minutes(15);

/// Code and configuration into one version: configuration first, code last, because the code call
/// can publish (one call fewer). Where no version was made on the way, PublishVersion makes it.
class Publish final : public Executor {
 public:
  Move next(StepContext& context) const override;
  Performed perform(StepContext& context, Effect const& effect) const override;
  Settled settle(StepContext& context, Effect const& effect) const override;
  Pool pool() const override { return Pool::long_work; }  // uploads
  /// E12: two steps that write one `$LATEST` never run at the same time.
  std::string exclusive_key(StepContext const& context) const override {
    return "latest:" + context.release->account + ":" + context.release->region + ":" +
           context.release->function;
  }

 private:
  static Move create(StepContext& context, TargetAws& aws);
  static Move update(StepContext& context, TargetAws& aws);
  static Move published_version(StepContext& context, TargetAws& aws, json::Value const& published);
  static Move await_version(StepContext& context, TargetAws& aws, std::string const& version);
  static std::optional<Move> await_latest(StepContext& context, TargetAws& aws);
  static Performed created(StepContext& context, TargetAws& aws, Effect const& effect);
  static Performed deleted(StepContext& context, TargetAws& aws);
  static Settled settle_deleted(StepContext& context, TargetAws& aws);
  static Performed updated_configuration(StepContext& context, TargetAws& aws,
                                         Effect const& effect);
  static Performed updated_code(StepContext& context, TargetAws& aws, Effect const& effect);
  static Settled settle_latest(StepContext& context, TargetAws& aws, Effect const& effect);
};

/// What the intent of a write remembers of the environment that it sends.
std::expected<json::Value, Failed> with_environment(StepContext const& context,
                                                    json::Value desired) {
  auto wanted = opened_configuration(context);
  if (!wanted) return std::unexpected(wanted.error());
  auto hash = environment_hash(context, *wanted);
  if (!hash) return std::unexpected(failed(hash.error()));
  if (!hash->empty()) desired.set("environment", *hash);
  return desired;
}

WantedCode code_of(StepContext const& context) {
  WantedCode code = wanted_code(context.release->pinned_package);
  code.sha256 = context.release->wanted_code;
  return code;
}

std::expected<json::Value, Failed> create_request(StepContext const& context) {
  auto const& declared = context.declared();
  auto wanted = opened_configuration(context);
  if (!wanted) return wanted;
  json::Value request = wanted->is_object() ? std::move(*wanted) : json::Value(json::Object{});
  request.set("FunctionName", context.release->function);
  bool image = declared.package.kind == plan::Package::Kind::image;
  if (image) request.set("PackageType", "Image");
  if (declared.tags && !declared.tags->empty())
    request.set("Tags", json::object_of(*declared.tags));
  request.set("Publish", true);
  return request;
}

std::expected<json::Value, Failed> configuration_request(StepContext const& context) {
  auto wanted = opened_configuration(context);
  if (!wanted) return wanted;
  json::Value request = json::Object{};
  for (auto const& name : context.release->members_to_write.items())
    request.set(name.as_string(), (*wanted)[name.as_string()]);
  return request;
}

std::optional<Failed> wrong_code(StepContext const& context, std::string const& answered) {
  std::string const& wanted = context.release->wanted_code;
  if (wanted.empty() || answered.empty() || wanted == answered) return std::nullopt;
  return Failed{plan::ErrorClass::verification,
                "AWS stored other code for " + context.declared().function +
                    " than was sent: its CodeSha256 is " + answered + ", expected was " + wanted,
                "Nothing was shifted. Check who writes to the package's location."};
}

/// Where no alias stands between, callers see `$LATEST` as soon as it is written (E4).
bool is_live_at_once(ReleaseState const& state) {
  return state.alias.empty() || !state.function_existed;
}

void about_to_write(ReleaseState& state) {
  state.wrote_latest = true;
  if (is_live_at_once(state)) state.place = Place::moving;
}

Move ready(StepContext& context, std::string const& version, std::string const& arn,
           std::string const& code) {
  if (auto failure = wrong_code(context, code)) return *failure;
  ReleaseState& state = *context.release;
  state.function_arn = unqualified(arn);
  if (state.account.empty()) state.account = account_of(arn);
  state.candidate_version = version;
  if (state.wanted_code.empty()) state.wanted_code = code;
  if (state.wrote_latest && is_live_at_once(state)) {
    state.place = Place::on_candidate;
    if (state.created_function) state.place_note = "created by this run";
  }
  return Done{json::Value{{"version", version}, {"code_sha256", code}}, NodeStatus::succeeded, {}};
}

Move Publish::next(StepContext& context) const {
  ReleaseState& state = *context.release;
  if (state.unchanged)
    return Done{json::Value{{"version", state.candidate_version}}, NodeStatus::skipped,
                "code and configuration are live already, as version " + state.candidate_version};
  auto aws = open_aws(context);
  if (!aws) return aws.error();
  return state.function_existed ? update(context, *aws) : create(context, *aws);
}

EffectRecord const* last_happened(StepContext const& context) {
  for (auto it = context.record.effects.rbegin(); it != context.record.effects.rend(); ++it)
    if (it->result) return &*it;
  return nullptr;
}

std::string last_effect(StepContext const& context) {
  auto const* last = last_happened(context);
  return last ? last->intent["name"].as_string() : std::string();
}

/// What the answer of an update says that `$LATEST` will be. None where the environment could not
/// be read: nothing could be compared with it.
std::string announced(aws::FunctionRecord const& written) {
  bool readable = !written.configuration["Environment"].contains("Error");
  return readable ? fingerprint(written.configuration) : std::string();
}

/// The RevisionId of an update's answer is stale as soon as the update settles, so that it cannot
/// tell whether somebody else wrote between then and our read. The content can.
std::optional<Failed> edited_since(StepContext& context, aws::FunctionRecord const& latest) {
  auto const* last = last_happened(context);
  std::string written = last ? (*last->result)["fingerprint"].as_string() : std::string();
  std::string found = announced(latest);
  if (written.empty() || found.empty() || written == found) return std::nullopt;
  context.release->latest_revision.clear();
  context.release->latest_fingerprint = found;
  return Failed{plan::ErrorClass::external_change,
                "somebody else changed $LATEST of " + context.declared().function +
                    " right after this release had written it",
                "Nothing was published or shifted since. Find out who else changes the function."};
}

Move Publish::create(StepContext& context, TargetAws& aws) {
  ReleaseState& state = *context.release;
  auto const& created = context.result_of("CreateFunction");
  // E2: a function that this run created and that failed is deleted and created once more.
  if (created.is_null() || last_effect(context) == "DeleteFunction") {
    auto desired = with_environment(context, json::Value{{"code_sha256", state.wanted_code}});
    if (!desired) return desired.error();
    about_to_write(state);
    return Effect{"CreateFunction", {}, std::move(*desired), {}};
  }
  auto const& published = context.result_of("PublishVersion");
  if (!published.is_null()) return published_version(context, aws, published);
  std::string version = created["version"].as_string();
  if (version == "$LATEST" || version.empty()) {
    if (auto wait = await_latest(context, aws)) return *wait;
    return Effect{"PublishVersion",
                  json::Value{{"revision", state.latest_revision}},
                  json::Value{{"code_sha256", created["code_sha256"]}},
                  {}};
  }
  return await_version(context, aws, version);
}

Move Publish::update(StepContext& context, TargetAws& aws) {
  ReleaseState& state = *context.release;
  auto const& declared = context.declared();
  bool configuration = !state.members_to_write.items().empty();
  bool code_publishes = declared.version_description.empty();
  if (auto const& published = context.result_of("PublishVersion"); !published.is_null())
    return published_version(context, aws, published);
  if (auto const& code = context.result_of("UpdateFunctionCode");
      !code.is_null() && code["version"].as_string() != "$LATEST")
    return await_version(context, aws, code["version"].as_string());
  bool first_write =
      !context.happened("UpdateFunctionConfiguration") && !context.happened("UpdateFunctionCode");
  // After a write, or after somebody else's: only a read that saw it settled gives the next guard.
  if (!first_write || state.latest_revision.empty())
    if (auto wait = await_latest(context, aws)) return *wait;
  json::Value before{{"revision", state.latest_revision},
                     {"fingerprint", state.latest_fingerprint}};
  if (configuration && !context.happened("UpdateFunctionConfiguration")) {
    auto desired = with_environment(context, json::Value(json::Object{}));
    if (!desired) return desired.error();
    about_to_write(state);
    return Effect{"UpdateFunctionConfiguration", before, std::move(*desired),
                  json::Value{{"members", state.members_to_write}}};
  }
  if (state.code_to_write && !context.happened("UpdateFunctionCode")) {
    about_to_write(state);
    return Effect{"UpdateFunctionCode", before, json::Value{{"code_sha256", state.wanted_code}},
                  json::Value{{"publish", code_publishes}}};
  }
  return Effect{"PublishVersion",
                json::Value{{"revision", state.latest_revision}},
                json::Value{{"code_sha256", state.wanted_code}},
                {}};
}

/// Waits until `$LATEST` is settled and remembers its revision and content.
std::optional<Move> Publish::await_latest(StepContext& context, TargetAws& aws) {
  auto lambda = aws.lambda();
  auto latest = lambda.get_function(context.declared().function);
  if (!latest) return look_again(context, latest.error());
  if (auto failure = latest->record.failure(); failure && latest->record.state() != "Failed")
    return Failed{
        plan::ErrorClass::infrastructure,
        "AWS could not apply the change to " + context.declared().function + ": " + *failure,
        "The old code is still in force."};
  if (auto wait = await_settled(context, latest->record)) return wait;
  if (auto failure = edited_since(context, latest->record)) return *failure;
  context.release->latest_revision = latest->record.revision_id();
  context.release->latest_fingerprint = fingerprint(latest->record.configuration);
  return std::nullopt;
}

/// PublishVersion answers a plain function's version as Active; SnapStart and the like are Pending.
Move Publish::published_version(StepContext& context, TargetAws& aws,
                                json::Value const& published) {
  std::string version = published["version"].as_string();
  if (published["state"].as_string() != "Active") return await_version(context, aws, version);
  return ready(context, version, published["arn"].as_string(),
               published["code_sha256"].as_string());
}

/// UpdateFunctionCode(Publish) answers the version in the state Pending, without LastUpdateStatus.
Move Publish::await_version(StepContext& context, TargetAws& aws, std::string const& version) {
  auto lambda = aws.lambda();
  auto found = lambda.get_function(context.declared().function, version);
  if (!found) return look_again(context, found.error());
  Duration waited = context.now - last_progress(context);
  std::string name = "version " + version + " of " + context.declared().function;
  if (found->record.state() == "Failed" && context.release->created_function &&
      !context.happened("DeleteFunction"))
    return Effect{
        "DeleteFunction", {}, {}, json::Value{{"reason", found->record.failure().value_or("")}}};
  if (found->record.state() == "Failed")
    return Failed{plan::ErrorClass::infrastructure,
                  name + " failed: " + found->record.failure().value_or("no reason given"), ""};
  if (found->record.state() == "Active" || found->record.state().empty())
    return ready(context, version, found->record.arn(), found->record.code_sha256());
  if (waited > settle_limit)
    return Failed{plan::ErrorClass::timeout,
                  name + " was not ready within " + text_of(settle_limit), ""};
  return Park{context.now + poll_interval(waited), name + " to become active", {}, false};
}

Performed Publish::perform(StepContext& context, Effect const& effect) const {
  auto aws = open_aws(context);
  if (!aws) return Refused{aws.error()};
  if (effect.name == "CreateFunction") return created(context, *aws, effect);
  if (effect.name == "DeleteFunction") return deleted(context, *aws);
  if (effect.name == "UpdateFunctionConfiguration")
    return updated_configuration(context, *aws, effect);
  if (effect.name == "UpdateFunctionCode") return updated_code(context, *aws, effect);
  return publish_latest(context, *aws, effect, context.declared().version_description);
}

json::Value version_and_code(aws::FunctionRecord const& record) {
  return json::Value{{"version", record.version()}, {"code_sha256", record.code_sha256()}};
}

Performed Publish::created(StepContext& context, TargetAws& aws, Effect const&) {
  auto request = create_request(context);
  if (!request) return Refused{request.error()};
  auto made = send_create(context, aws, code_of(context), *request);
  if (!made && made.error().trouble == aws::Trouble::already_exists)
    return MaybeDone{made.error().error().message};
  if (!made) return refused(context, made.error());
  context.release->created_function = true;
  return Happened{version_and_code(*made), false};
}

Performed Publish::deleted(StepContext& context, TargetAws& aws) {
  auto lambda = aws.lambda();
  auto gone = lambda.delete_function(context.declared().function);
  if (!gone && gone.error().trouble != aws::Trouble::not_found)
    return refused(context, gone.error());
  context.release->created_function = false;
  return Happened{{}, !gone};
}

/// E4: as long as nothing is shifted, `$LATEST` differs from what it was beside a release that is
/// otherwise unchanged.
Happened wrote_latest(StepContext& context, json::Value result, bool adopted) {
  ReleaseState& state = *context.release;
  if (!state.alias.empty() && state.function_existed) state.latest_note = latest_left_note;
  return {std::move(result), adopted};
}

/// A request can reach AWS twice where its connection falls: the second one then finds the function
/// busy with the first. Only a look tells whose change is under way.
Performed latest_refused(StepContext const& context, aws::CallError const& error) {
  if (error.trouble == aws::Trouble::busy) return MaybeDone{error.error().message};
  return refused(context, error);
}

Performed Publish::updated_configuration(StepContext& context, TargetAws& aws,
                                         Effect const& effect) {
  auto request = configuration_request(context);
  if (!request) return Refused{request.error()};
  request->set("RevisionId", effect.before["revision"]);
  auto lambda = aws.lambda();
  auto written = lambda.update_function_configuration(context.declared().function, *request);
  if (!written) return latest_refused(context, written.error());
  return wrote_latest(context, json::Value{{"fingerprint", announced(*written)}}, false);
}

Performed Publish::updated_code(StepContext& context, TargetAws& aws, Effect const& effect) {
  json::Value request{{"RevisionId", effect.before["revision"]},
                      {"Publish", effect.more["publish"]}};
  if (context.declared().configuration.contains("Architectures"))
    request.set("Architectures", context.declared().configuration["Architectures"]);
  auto written = send_update(context, aws, code_of(context), request);
  if (!written) return latest_refused(context, written.error());
  if (auto failure = wrong_code(context, written->code_sha256())) return Refused{*failure};
  json::Value result = version_and_code(*written);
  result.set("fingerprint", announced(*written));
  return wrote_latest(context, std::move(result), false);
}

Settled Publish::settle_deleted(StepContext& context, TargetAws& aws) {
  auto lambda = aws.lambda();
  auto found = lambda.get_function(context.declared().function);
  if (found) return DidNotHappen{"the function is still there"};
  if (found.error().trouble != aws::Trouble::not_found) return unsettled(context, found.error());
  context.release->created_function = false;
  return Happened{{}, true};
}

Settled Publish::settle(StepContext& context, Effect const& effect) const {
  auto aws = open_to_settle(context);
  if (!aws) return aws.error();
  if (effect.name == "DeleteFunction") return settle_deleted(context, *aws);
  if (effect.name == "PublishVersion")
    return DidNotHappen{"publishing is repeated: it answers the version already made"};
  return settle_latest(context, *aws, effect);
}

/// Whether a record holds what the effect was to write. A secret may have been changed since: the
/// intent's hash says which values it sent.
std::expected<bool, Failed> is_written(StepContext const& context, Effect const& effect,
                                       json::Value const& record) {
  std::string const& sent = effect.desired["environment"].as_string();
  auto found = environment_hash(context, record);
  if (!found) return std::unexpected(failed(found.error()));
  if (sent.empty() || !same_key(*found, sent)) {
    auto wanted = opened_configuration(context);
    if (!wanted) return std::unexpected(wanted.error());
    return differing_members(*wanted, record).empty();
  }
  json::Value others = context.declared().configuration;
  others.erase("Environment");
  return *found == sent && differing_members(others, record).empty();
}

Settled Publish::settle_latest(StepContext& context, TargetAws& aws, Effect const& effect) {
  auto lambda = aws.lambda();
  auto const& declared = context.declared();
  auto latest = lambda.get_function(declared.function);
  bool creates = effect.name == "CreateFunction";
  if (!latest && latest.error().trouble == aws::Trouble::not_found && creates) {
    if (may_still_land(context)) return await_landing(context, "function " + declared.function);
    return DidNotHappen{"there is no such function"};
  }
  if (!latest) return unsettled(context, latest.error());
  aws::FunctionRecord const& record = latest->record;
  bool has_code =
      context.release->wanted_code.empty() || record.code_sha256() == context.release->wanted_code;
  bool wrote_code = effect.name == "UpdateFunctionCode";
  std::expected<bool, Failed> has_configuration = false;
  if (!wrote_code) has_configuration = is_written(context, effect, record.configuration);
  if (!has_configuration) return Refused{has_configuration.error()};
  json::Value found{{"version", "$LATEST"}, {"code_sha256", record.code_sha256()}};
  if (creates) {
    if (!has_code || !*has_configuration)
      return ChangedByOthers{"somebody else created function " + declared.function +
                             " meanwhile, with other content"};
    context.release->created_function = true;
    return Happened{found, true};
  }
  std::string now = fingerprint(record.configuration);
  bool as_before = now == effect.before["fingerprint"].as_string();
  bool as_desired =
      wrote_code ? has_code && !architecture_differs(declared.configuration, record.configuration)
                 : *has_configuration;
  if (as_desired && !as_before) return wrote_latest(context, found, true);
  context.release->latest_revision.clear();
  context.release->latest_fingerprint = now;
  if (as_before) return DidNotHappen{"the function is as it was"};
  context.release->place = Place::changed_by_others;
  return ChangedByOthers{"somebody else changed $LATEST of " + declared.function +
                         " while this release ran"};
}

}  // namespace

std::unique_ptr<Executor> make_publish() { return std::make_unique<Publish>(); }

}  // namespace sluice::engine
