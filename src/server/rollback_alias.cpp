#include <algorithm>
#include <cctype>

#include "base/strings.hpp"
#include "engine/release/live.hpp"
#include "engine/release/release_state.hpp"
#include "server/restore_tree.hpp"
#include "server/rollback_plan.hpp"

namespace sluice::server {
namespace {

using engine::AliasContent;

constexpr std::size_t shown_versions = 5;
constexpr char target_name[] = "here";

bool is_version(std::string const& text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); });
}

/// "8 (2026-01-02T…, "the fix"), 7 (…)", the newest first; empty where they cannot be read.
std::string latest_versions(aws::Lambda& lambda, std::string const& function) {
  auto versions = lambda.list_versions(function);
  if (!versions) return {};
  std::string text;
  std::size_t shown = 0;
  for (auto it = versions->rbegin(); it != versions->rend() && shown < shown_versions; ++it) {
    if (it->version() == "$LATEST") continue;
    auto const& about = it->configuration["Description"].as_string();
    text += (shown++ ? ", " : "") + it->version() + " (" +
            it->configuration["LastModified"].as_string() +
            (about.empty() ? "" : ", " + printable(about)) + ")";
  }
  return text;
}

Error with_versions(Error error, aws::Lambda& lambda, std::string const& function) {
  if (auto latest = latest_versions(lambda, function); !latest.empty())
    error.hint = "The latest versions are " + latest + ".";
  return error;
}

Result<aws::AliasRecord> read_alias(aws::Lambda lambda, AliasRollback const& request) {
  if (auto exists = lambda.get_function(request.function); !exists)
    return std::unexpected(exists.error().error());
  auto alias = lambda.get_alias(request.function, request.alias);
  if (alias) return *alias;
  Error error = alias.error().error();
  if (alias.error().trouble != aws::Trouble::not_found) return std::unexpected(error);
  std::vector<std::string> names;
  if (auto others = lambda.list_aliases(request.function))
    for (auto const& other : *others) names.push_back(other.name);
  error.message = "function " + request.function + " has no alias '" + request.alias + "'";
  error.hint = names.empty() ? "It has no alias at all." : "It has " + join(names, ", ") + ".";
  return std::unexpected(std::move(error));
}

Result<std::string> choose_version(aws::Lambda& lambda, AliasRollback const& request,
                                   AliasContent const& now) {
  std::string name = request.function + ":" + request.alias;
  if (!request.to) {
    if (!now.weights.empty()) return now.version;
    return std::unexpected(
        with_versions({ErrorCode::conflict,
                       "alias " + name +
                           " is not split, so that only you know where it is to go back to: it "
                           "is at version " +
                           now.version + "; name a version with --to",
                       ""},
                      lambda, request.function));
  }
  if (!is_version(*request.to))
    return fail(ErrorCode::invalid_input, "'" + printable(*request.to) + "' is no version",
                "A rollback goes to a published version, for example --to 7.");
  return *request.to;
}

Result<void> check_version(aws::Lambda& lambda, AliasRollback const& request,
                           std::string const& version) {
  auto found = lambda.get_function(request.function, version);
  if (!found && found.error().trouble == aws::Trouble::not_found)
    return std::unexpected(with_versions(
        {ErrorCode::not_found, "function " + request.function + " has no version " + version, ""},
        lambda, request.function));
  if (!found) return std::unexpected(found.error().error());
  auto const& state = found->record.state();
  if (state.empty() || state == "Active") return {};
  return fail(ErrorCode::conflict,
              "version " + version + " of " + request.function + " is in the state " + state +
                  ", not Active: it could not serve",
              state == "Inactive" ? "Invoke the version once; AWS then makes it Active again."
                                  : "Choose another version with --to.");
}

engine::ReleaseState state_of(FoundAlias const& found, std::string const& version) {
  aws::AliasRecord const& alias = found.record;
  engine::ReleaseState state;
  state.function = found.function;
  state.function_arn = engine::unqualified(alias.arn);
  state.account = found.account;
  state.alias = alias.name;
  state.region = found.region;
  state.prepared = state.function_existed = state.alias_existed = state.shifted = true;
  state.alias_now = engine::content_of(alias);
  state.alias_revision = alias.revision_id;
  state.baseline_version = version;
  state.baseline_alias = {version, {}};
  state.baseline_description = alias.description;
  bool split = !state.alias_now.weights.empty();
  state.candidate_version = split && alias.function_version == version
                                ? state.alias_now.weights.begin()->first
                                : alias.function_version;
  state.weight = state.alias_now.share_of(state.candidate_version) * 100;
  state.place = split ? engine::Place::moving : engine::Place::on_candidate;
  return state;
}

}  // namespace

Result<AliasRollback> parse_alias_rollback(std::string const& text) {
  AliasRollback request;
  std::size_t colon = text.rfind(':');
  if (colon != std::string::npos) {
    request.function = text.substr(0, colon);
    request.alias = text.substr(colon + 1);
  }
  bool whole_arn = request.function.starts_with("arn:") && request.function.ends_with(":function");
  if (request.function.empty() || request.alias.empty() || whole_arn)
    return fail(ErrorCode::invalid_input, "'" + printable(text) + "' names no function and alias",
                "Write FUNCTION:ALIAS, for example orders:live.");
  auto parts = split(request.function, ':');
  if (request.function.starts_with("arn:") && parts.size() > 4) request.region = parts[3];
  return request;
}

Result<FoundAlias> find_alias(engine::Services& services, AliasRollback const& request,
                              std::stop_token stop) {
  FoundAlias found;
  found.target.name = target_name;
  found.target.region = request.region;
  if (request.function.starts_with("arn:"))
    found.target.account = engine::account_of(request.function);
  auto aws = services.aws.open(found.target, stop);
  if (!aws) return std::unexpected(aws.error());
  auto alias = read_alias(aws->lambda(aws::Lane::rollback), request);
  if (!alias) return std::unexpected(alias.error());
  found.function = engine::bare_name(request.function);
  found.account = engine::account_of(alias->arn);
  found.region = aws->region;
  found.record = std::move(*alias);
  return found;
}

std::vector<plan::Lock> locks_of(FoundAlias const& alias) {
  // A release file may leave account or Region open, which its lock shows as '*'.
  std::vector<plan::Lock> locks;
  for (auto const& account : {std::string("*"), alias.account})
    for (auto const& region : {std::string("*"), alias.region})
      locks.push_back(
          {"alias:" + account + ":" + region + ":" + alias.function + ":" + alias.record.name,
           plan::Lock::Busy::reject});
  return locks;
}

bool is_there(AliasRollback const& request, FoundAlias const& alias) {
  return request.to && engine::content_of(alias.record) == AliasContent{*request.to, {}};
}

Result<NewRun> roll_back_alias(engine::Services& services, AliasRollback const& request,
                               FoundAlias const& found, std::stop_token stop) {
  auto aws = services.aws.open(found.target, stop);
  if (!aws) return std::unexpected(aws.error());
  auto lambda = aws->lambda(aws::Lane::rollback);
  auto version = choose_version(lambda, request, engine::content_of(found.record));
  if (!version) return std::unexpected(version.error());
  if (auto usable = check_version(lambda, request, *version); !usable)
    return std::unexpected(usable.error());

  auto state = state_of(found, *version);
  plan::Release release;
  release.id = std::string(target_name) + "/" + state.function;
  release.target = target_name;
  release.function = request.function;
  release.alias = request.alias;
  NewRun run;
  run.plan.name = state.function;
  run.plan.dialect = "native";
  run.plan.description = "alias " + request.alias + " of " + state.function + ": from " +
                         in_words(state.alias_now) + " to version " + *version;
  run.plan.targets.push_back(found.target);
  run.plan.locks = locks_of(found);
  run.releases[release.id] = engine::to_json(state);
  run.plan.releases.push_back(std::move(release));
  run.plan.root = restore_tree(run.plan.releases);
  run.options =
      json::Value{{"rollback_alias", state.function + ":" + request.alias}, {"to", *version}};
  return run;
}

}  // namespace sluice::server
