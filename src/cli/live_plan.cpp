#include "cli/live_plan.hpp"

#include "aws/lambda_spec.hpp"
#include "base/strings.hpp"
#include "engine/release/configuration.hpp"
#include "engine/release/live.hpp"
#include "plan/secrets.hpp"
#include "plan/steps.hpp"

namespace sluice::cli {
namespace {

using plan::Package;
using State = LiveRelease::State;

std::string short_hash(std::string const& hash) {
  return hash.size() > 12 ? hash.substr(0, 12) + "…" : hash;
}

std::string package_words(Package const& package) {
  switch (package.kind) {
    case Package::Kind::none: return "none";
    case Package::Kind::image: return package.image;
    case Package::Kind::s3:
      return "s3://" + package.bucket + "/" + package.key +
             (package.object_version.empty() ? "" : " version " + package.object_version);
    default:
      return package.path + " (" + short_hash(package.sha256) + ", " +
             std::to_string(package.size) + " bytes)";
  }
}

/// What UpdateFunctionCode would take of a package, for its dry run.
json::Value code_request(plan::Release const& release) {
  auto const& package = release.package;
  json::Value request{{"DryRun", true}};
  if (release.configuration.contains("Architectures"))
    request.set("Architectures", release.configuration["Architectures"]);
  if (package.kind == Package::Kind::image) {
    request.set("ImageUri", package.image);
  } else {
    request.set("S3Bucket", package.bucket);
    request.set("S3Key", package.key);
    if (!package.object_version.empty()) request.set("S3ObjectVersion", package.object_version);
  }
  return request;
}

class Comparison {
 public:
  Comparison(plan::Plan const& plan, plan::Release release, engine::Services& services)
      : plan_(plan), release_(std::move(release)), services_(services) {
    out_.id = release_.id;
    out_.name = (plan.targets.size() > 1 ? release_.target + ": " : "") + release_.function +
                (release_.alias.empty() ? "" : ":" + release_.alias);
  }

  LiveRelease run() {
    auto const& target = *plan_.target(release_.target);
    if (!plan::secret_names(target.external_id).empty())
      return unreadable({ErrorCode::denied,
                         "the external id of target '" + target.name +
                             "' is a secret, and only "
                             "the process that executes runs opens it",
                         ""});
    auto aws = services_.aws.open(target, {});
    if (!aws) return unreadable(aws.error());
    out_.arn = aws::function_arn(aws->region, release_.function, aws->caller->options().account);
    aws::Lambda lambda = aws->lambda();
    bool alias_missing = read_alias(lambda);
    if (out_.state == State::unreadable) return std::move(out_);
    if (!release_.given_candidate.empty()) return given_versions(alias_missing);
    auto live = lambda.get_function(release_.function, alias_missing ? "" : release_.alias);
    if (!live && live.error().trouble == aws::Trouble::not_found) return to_create();
    if (!live) return unreadable(live.error().error());
    if (auto warnings = bypass_warnings(release_, alias_missing && !release_.alias.empty(), *aws);
        checks_bypass())
      out_.warnings.insert(out_.warnings.end(), warnings.begin(), warnings.end());
    compare(*live, lambda);
    return std::move(out_);
  }

 private:
  LiveRelease unreadable(Error const& error) {
    mark_unreadable(error);
    return std::move(out_);
  }

  void mark_unreadable(Error const& error) {
    out_.state = State::unreadable;
    out_.trouble = error;
    if (out_.denied()) out_.warnings.push_back("cannot be compared: " + error.text());
  }

  /// Whether the alias is missing, or there is none to look for.
  bool read_alias(aws::Lambda& lambda) {
    if (release_.alias.empty()) return true;
    auto alias = lambda.get_alias(release_.function, release_.alias);
    if (!alias && alias.error().trouble == aws::Trouble::not_found) return true;
    if (!alias) {
      mark_unreadable(alias.error().error());
      return false;
    }
    alias_description_ = alias->description;
    alias_version_ = alias->function_version;
    if (!alias->weights.empty()) {
      engine::AliasContent content{alias->function_version, alias->weights};
      std::string text = "the alias is split already: " + engine::in_words(content);
      if (release_.heal_to_primary)
        out_.changes.push_back(text + "; it is first pointed at version " + content.version);
      else
        out_.obstacles.push_back(text + "; settle it with 'sluice rollback " + release_.function +
                                 ":" + release_.alias + "' or --heal to-primary");
    }
    return false;
  }

  /// Nothing is published: only where the alias is and where it is to go counts, and no more is
  /// read than a release with the fewest rights may read.
  LiveRelease given_versions(bool alias_missing) {
    std::string const& from = release_.given_baseline;
    std::string const& to = release_.given_candidate;
    out_.state = State::to_change;
    if (alias_missing)
      out_.obstacles.push_back(
          "the alias does not exist: a release of versions that exist needs "
          "one");
    else if (to == alias_version_)
      out_.obstacles.push_back("the alias serves version " + to + " already");
    else if (!from.empty() && from != alias_version_)
      out_.obstacles.push_back("the alias is at version " + alias_version_ + ", and version " +
                               from + " is declared as the current one");
    else
      out_.changes.push_back("Version: " + alias_version_ + " → " + to + ", which exists already");
    return std::move(out_);
  }

  LiveRelease to_create() {
    out_.state = State::to_create;
    out_.changes.push_back("the function does not exist: it is created, with all traffic at once");
    out_.changes.push_back("Code: " + package_words(release_.package));
    for (auto const& [name, value] : release_.configuration.members()) {
      json::Value shown = value;
      if (name == "Environment") {
        json::Value names = json::Array{};
        for (auto const& [variable, secret] : value["Variables"].members()) names.push(variable);
        shown = names;
      }
      out_.changes.push_back(name + ": " + (shown.is_string() ? shown.as_string() : shown.dump()));
    }
    if (!release_.alias.empty()) out_.changes.push_back("Alias " + release_.alias + ": created");
    return std::move(out_);
  }

  void compare(aws::FunctionDetails const& live, aws::Lambda& lambda) {
    auto const& record = live.record.configuration;
    compare_code(live, lambda);
    leave_out_secrets(record["Environment"]["Variables"]);
    for (auto& line : engine::describe_differences(release_.configuration, record))
      out_.changes.push_back(std::move(line));
    bool in_steps = shifts_in_steps(plan_.root);
    if (auto why = engine::why_not_splittable(release_.configuration, record);
        why && in_steps && !release_.alias.empty())
      out_.obstacles.push_back(
          "an alias cannot split traffic between the two versions: " + *why +
          "; release this change alone, with a strategy that shifts to 100 at once");
    bool version_changes = !out_.changes.empty();
    compare_settings(live);
    if (out_.state == State::unreadable) return;
    if (version_changes)
      out_.state = State::to_change;
    else if (!out_.changes.empty())
      out_.state = State::settings_only;
  }

  /// A variable with a secret in it that is there counts as equal: its value is not known here.
  void leave_out_secrets(json::Value const& live) {
    json::Value variables = release_.configuration["Environment"]["Variables"];
    std::vector<std::string> secret;
    for (auto const& [name, value] : release_.configuration["Environment"]["Variables"].members()) {
      if (plan::secrets_in(value).empty()) continue;
      secret.push_back(name);
      if (live.contains(name)) variables.set(name, live[name]);
    }
    if (secret.empty()) return;
    release_.configuration.set("Environment", json::Value{{"Variables", variables}});
    out_.warnings.push_back("not compared, for secrets stand in it: " + join(secret, ", "));
  }

  void compare_code(aws::FunctionDetails const& live, aws::Lambda& lambda) {
    auto const& package = release_.package;
    if (package.kind == Package::Kind::none) return;
    std::string wanted = package.sha256;
    if (wanted.empty()) {
      auto dry = lambda.update_function_code(release_.function, code_request(release_));
      if (!dry) {
        out_.warnings.push_back("the code cannot be compared: " + dry.error().error().text());
        return;
      }
      wanted = dry->code_sha256();
    }
    if (wanted != live.record.code_sha256())
      out_.changes.push_back("Code: " + short_hash(live.record.code_sha256()) + " → " +
                             short_hash(wanted) + " from " + package_words(package));
  }

  void compare_settings(aws::FunctionDetails const& live) {
    if (release_.tags) {
      for (auto const& [key, value] : *release_.tags) {
        auto found = live.tags.find(key);
        if (found == live.tags.end())
          out_.changes.push_back("Tag " + key + ": added, " + value);
        else if (found->second != value)
          out_.changes.push_back("Tag " + key + ": " + found->second + " → " + value);
      }
      for (auto const& [key, value] : live.tags)
        if (!release_.tags->contains(key)) out_.changes.push_back("Tag " + key + ": removed");
    }
    auto number = [](std::optional<int> const& value) {
      return value ? std::to_string(*value) : std::string("none");
    };
    if (release_.reserved_concurrency && release_.reserved_concurrency != live.reserved_concurrency)
      out_.changes.push_back("Reserved concurrency: " + number(live.reserved_concurrency) + " → " +
                             number(release_.reserved_concurrency));
    if (!release_.alias.empty() && !alias_description_)
      out_.changes.push_back("Alias " + release_.alias + ": created");
    else if (release_.alias_description && alias_description_ &&
             *release_.alias_description != *alias_description_)
      out_.changes.push_back("Alias description: '" + *alias_description_ + "' → '" +
                             *release_.alias_description + "'");
  }

  bool shifts_in_steps(plan::Node const& node) const {
    if (node.step && node.step->kind == "shift") {
      auto shift = plan::shift_step(node.step->input);
      return shift.release == release_.id && shift.weight > 0 && shift.weight < 100;
    }
    return std::ranges::any_of(node.children,
                               [this](auto const& child) { return shifts_in_steps(child); });
  }

  bool checks_bypass() const { return checks_bypass_in(plan_.root); }
  bool checks_bypass_in(plan::Node const& node) const {
    if (node.step)
      return node.step->kind == "bypass_check" &&
             node.step->input["release"].as_string() == release_.id;
    return std::ranges::any_of(node.children,
                               [this](auto const& child) { return checks_bypass_in(child); });
  }

  plan::Plan const& plan_;
  plan::Release release_;
  engine::Services& services_;
  LiveRelease out_;
  std::optional<std::string> alias_description_;
  std::string alias_version_;
};

/// Whom a policy's statements admit.
std::vector<std::string> callers_of(json::Value const& policy) {
  std::vector<std::string> out;
  for (auto const& statement : policy["Statement"].items()) {
    auto const& principal = statement["Principal"];
    for (auto name : {"Service", "AWS"})
      if (principal[name].is_string()) out.push_back(principal[name].as_string());
    if (principal.is_string()) out.push_back(principal.as_string());
  }
  return out;
}

}  // namespace

std::vector<std::string> bypass_warnings(plan::Release const& release, bool new_alias,
                                         engine::TargetAws& aws) {
  std::vector<std::string> out;
  if (release.alias.empty()) return out;
  aws::Lambda lambda = aws.lambda();
  auto unread = [&](auto const& answer) {
    out.push_back("traffic that bypasses the alias cannot be looked for: " +
                  answer.error().error().message);
  };
  auto mappings = lambda.list_event_source_mappings(release.function);
  if (!mappings)
    unread(mappings);
  else
    for (auto const& mapping : *mappings) {
      auto parts = split(mapping["FunctionArn"].as_string(), ':');
      if (parts.size() == 7)
        out.push_back("event source mapping " + mapping["UUID"].as_string() + " (" +
                      mapping["EventSourceArn"].as_string() +
                      ") calls the function without the alias: it gets $LATEST at once");
    }
  auto url = lambda.get_url_config(release.function);
  if (!url)
    unread(url);
  else if (*url)
    out.push_back("the function URL " + (**url)["FunctionUrl"].as_string() +
                  " calls the function without the alias");
  auto policy = lambda.get_policy(release.function);
  if (!policy)
    unread(policy);
  else if (*policy) {
    auto callers = callers_of(**policy);
    if (callers.empty()) return out;
    out.push_back("the resource policy admits callers of the bare function: " +
                  join(callers, ", ") + (new_alias ? "; the new alias does not admit them" : ""));
  }
  return out;
}

std::vector<LiveRelease> compare_plan(plan::Plan const& plan, engine::Services& services) {
  std::vector<LiveRelease> out;
  for (auto const& release : plan.releases)
    out.push_back(Comparison(plan, release, services).run());
  return out;
}

}  // namespace sluice::cli
