#include "engine/release/removal.hpp"

#include "base/strings.hpp"
#include "engine/release/outcome.hpp"

namespace sluice::engine {
namespace {

using Found = aws::Answer<std::vector<std::string>>;

/// Versions other than the one that creating the function published, and other code in `$LATEST`.
Found foreign_versions(ReleaseState const& state, aws::Lambda& lambda) {
  auto versions = lambda.list_versions(state.function);
  if (!versions) return std::unexpected(versions.error());
  std::vector<std::string> found;
  for (auto const& record : *versions) {
    bool our_code = state.wanted_code.empty() || record.code_sha256() == state.wanted_code;
    bool latest = record.version() == "$LATEST";
    // A creation that was rolled back before its version was ready has not told the number.
    bool ours = latest || state.candidate_version.empty()
                    ? our_code
                    : record.version() == state.candidate_version;
    if (!ours) found.push_back(latest ? "other code in $LATEST" : "version " + record.version());
  }
  return found;
}

Found foreign_aliases(ReleaseState const& state, aws::Lambda& lambda) {
  auto aliases = lambda.list_aliases(state.function);
  if (!aliases) return std::unexpected(aliases.error());
  std::vector<std::string> found;
  for (auto const& alias : *aliases) {
    bool ours = state.created_alias && alias.name == state.alias;
    if (!ours) found.push_back("alias " + alias.name);
    auto policy = lambda.get_policy(state.function, alias.name);
    if (!policy) return std::unexpected(policy.error());
    if (*policy) found.push_back("a policy of alias " + alias.name);
  }
  return found;
}

Found foreign_callers(ReleaseState const& state, aws::Lambda& lambda) {
  std::vector<std::string> found;
  auto policy = lambda.get_policy(state.function);
  if (!policy) return std::unexpected(policy.error());
  if (*policy) found.push_back("a resource policy");
  auto url = lambda.get_url_config(state.function);
  if (!url) return std::unexpected(url.error());
  if (*url) found.push_back("a function URL");
  auto mappings = lambda.list_event_source_mappings(state.function);
  if (!mappings) return std::unexpected(mappings.error());
  if (!mappings->empty()) found.push_back("an event source mapping");
  return found;
}

std::string what_is_deleted(StepContext const& context, std::string const& version) {
  std::string function = "function " + context.declared().function;
  return version.empty() ? function : "version " + version + " of " + function;
}

}  // namespace

aws::Answer<std::string> foreign_parts(StepContext& context, TargetAws& aws) {
  ReleaseState const& state = *context.release;
  auto lambda = aws.lambda(lane_of(context));
  std::vector<std::string> all;
  for (auto look : {foreign_versions, foreign_aliases, foreign_callers}) {
    auto found = look(state, lambda);
    // The function has gone already: nobody has anything on it.
    if (!found && found.error().trouble == aws::Trouble::not_found) return std::string();
    if (!found) return std::unexpected(found.error());
    all.insert(all.end(), found->begin(), found->end());
  }
  return join(all, ", ");
}

aws::Answer<std::string> users_of_version(StepContext& context, TargetAws& aws,
                                          std::string const& version) {
  ReleaseState const& state = *context.release;
  auto lambda = aws.lambda(lane_of(context));
  auto policy = lambda.get_policy(state.function, version);
  if (!policy && policy.error().trouble == aws::Trouble::not_found) return std::string();
  if (!policy) return std::unexpected(policy.error());
  if (*policy) return std::string("a resource policy of its own");
  auto mappings = lambda.list_event_source_mappings(state.function_arn + ":" + version);
  if (!mappings) return std::unexpected(mappings.error());
  return std::string(mappings->empty() ? "" : "an event source of its own");
}

Effect intend_deletion(std::string const& version) {
  return {"DeleteFunction", {}, json::Value{{"deleted", version}}, {}};
}

Performed write_deletion(StepContext& context, TargetAws& aws, Effect const& effect) {
  auto lambda = aws.lambda(lane_of(context));
  auto gone =
      lambda.delete_function(context.release->function, effect.desired["deleted"].as_string());
  if (gone) return Happened{};
  if (gone.error().trouble == aws::Trouble::not_found) return Happened{{}, true};
  return refused(context, gone.error());
}

Settled settle_deletion(StepContext& context, TargetAws& aws, Effect const& effect) {
  auto lambda = aws.lambda(lane_of(context));
  std::string version = effect.desired["deleted"].as_string();
  auto found = lambda.get_function(context.release->function, version);
  if (found) return DidNotHappen{what_is_deleted(context, version) + " is still there"};
  if (found.error().trouble != aws::Trouble::not_found) return unsettled(context, found.error());
  return Happened{{}, true};
}

bool made_candidate(ReleaseState const& state) {
  std::string const& candidate = state.candidate_version;
  return !candidate.empty() && candidate != "$LATEST" && state.wrote_latest &&
         state.function_existed && candidate != state.baseline_version &&
         candidate != state.latest_version && candidate != state.restored_version;
}

}  // namespace sluice::engine
