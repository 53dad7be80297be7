#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/deploy_server.hpp"
#include "cli/local_packages.hpp"
#include "cli/plan_options.hpp"
#include "cli/plan_report.hpp"
#include "cli/release_file.hpp"
#include "cli/start_run.hpp"
#include "plan/steps.hpp"
#include "server/host.hpp"

namespace sluice::cli {
namespace {

/// Everything that can be refused before anything is opened; an exit code where something was.
std::optional<int> check_first(Invocation& invocation, plan::Plan& plan,
                               server::AwsSettings const& settings,
                               std::vector<GivenObject>& objects) {
  auto const& line = invocation.line;
  // Of a server's run anybody can answer later, from any terminal.
  bool somebody = invocation.terminal.traits.tty.in || invocation.server;
  auto applied = apply_plan_options(plan, line, somebody);
  if (!applied) return invocation.refuse_usage(applied.error().message, applied.error().hint);
  auto given = given_objects(line.values("package"));
  if (!given) return invocation.refuse_usage(given.error().message, given.error().hint);
  objects = std::move(*given);
  if (!objects.empty() && !settings.local_state)
    return invocation.refuse_usage(
        "--package puts files into the local S3 and works with --local only",
        "For AWS, upload the file: aws s3 cp " + objects.front().path + " " +
            objects.front().url());
  auto unsupported = unsupported_in(plan);
  for (auto const& one : unsupported) invocation.refuse({ErrorCode::invalid_input, one, ""});
  if (unsupported.empty()) return std::nullopt;
  invocation.say("Nothing was started.");
  return exit_invalid;
}

void collect_hooks(plan::Node const& node, std::vector<plan::HookStep>& hooks) {
  if (node.step && node.step->kind == "hook") hooks.push_back(plan::hook_step(node.step->input));
  for (auto const& child : node.children) collect_hooks(child, hooks);
}

/// Hooks that were written for the service report by a call; here their own end decides.
void say_how_hooks_end(Invocation& invocation, plan::Plan const& plan) {
  std::vector<plan::HookStep> hooks;
  collect_hooks(plan.root, hooks);
  std::erase_if(hooks, [](plan::HookStep const& hook) { return hook.reported; });
  if (hooks.empty()) return;
  std::vector<std::string> functions;
  for (auto const& hook : hooks) functions.push_back(hook.function);
  invocation.say("Without a server nothing can receive what a hook reports: " +
                 join(functions, " and ") + (hooks.size() == 1 ? " is" : " are") +
                 " invoked and waited for, and success or error of the function decides.");
}

/// Where Lambda's calls go, as far as the command line and the environment say.
std::string endpoint_of(server::AwsSettings const& settings) {
  if (settings.endpoint_url) return *settings.endpoint_url;
  for (auto name : {"AWS_ENDPOINT_URL_LAMBDA", "AWS_ENDPOINT_URL"})
    if (auto set = settings.environment.find(name);
        set != settings.environment.end() && !set->second.empty())
      return set->second;
  return "AWS";
}

std::string summary(plan::Plan const& plan, server::AwsSettings const& settings,
                    std::optional<std::string> const& server) {
  std::string functions;
  for (auto const& release : plan.releases) {
    functions += functions.empty() ? "" : ", ";
    if (plan.targets.size() > 1) functions += release.target + ": ";
    functions += release.function + (release.alias.empty() ? "" : ":" + release.alias);
  }
  std::string where = settings.local_state ? "the local endpoint" : endpoint_of(settings);
  std::string way = server ? " through " + *server : " to " + where;
  return "Releasing " + functions + way + ", as " + plan.source_name + " says.";
}

json::Value options_json(Parsed const& line, server::AwsSettings const& settings) {
  json::Value out = json::Object{};
  if (settings.local_state) out.set("local_state", *settings.local_state);
  for (auto name : {"heal", "restore", "hold-timeout", "rollback-patience", "target", "set",
                    "deployment-config", "alarm", "hook-timeout", "no-rollback"})
    if (line.has(name)) {
      json::Value values = json::Array{};
      // Values may be secrets: the journal keeps the names that were set.
      for (auto const& value : line.values(name))
        values.push(std::string_view(name) == "set" ? value.substr(0, value.find('=')) : value);
      out.set(name, std::move(values));
    }
  return out;
}

Result<void> prepare_local(Invocation& invocation, server::NewRun const& run,
                           std::vector<GivenObject> const& objects, RunsHere& here) {
  if (!run.aws.local_state || !here.services) return {};
  auto opened = here.services->open(run.aws);
  if (!opened) return std::unexpected(opened.error());
  if (auto put = put_objects(objects, run.plan, *opened->services); !put) return put;
  for (auto const& object : objects)
    invocation.say("Put " + object.path + " at " + object.url() + ".");
  auto made = make_staging_buckets(run.plan, *opened->services);
  if (!made) return std::unexpected(made.error());
  for (auto const& bucket : *made)
    invocation.say("Made the bucket " + bucket + ", which the file names as staging.");
  return check_objects(run.plan, *opened->services);
}

}  // namespace

int run_deploy(Invocation& invocation) {
  auto settings = invocation.aws_settings();
  if (!settings) return invocation.refuse_usage(settings.error().message, settings.error().hint);
  auto compiled = plan_or_exit(invocation, LocalPackages::checked);
  if (!compiled) return compiled.error();
  server::NewRun run;
  run.plan = std::move(*compiled->plan);
  if (!invocation.server) take_region(*settings, run.plan);
  std::vector<GivenObject> objects;
  if (auto refused = check_first(invocation, run.plan, *settings, objects)) return *refused;
  auto folder = invocation.state_folder();
  if (!folder) return invocation.refuse(folder.error());
  invocation.say(summary(run.plan, *settings, invocation.server));
  say_how_hooks_end(invocation, run.plan);
  auto packages = server::packages_of(*folder);
  if (auto stored = store_packages(run.plan, compiled->file.folder, *packages); !stored) {
    int code = invocation.refuse(stored.error());
    invocation.say("Nothing was started.");
    return code;
  }
  run.requester = invocation.requester();
  run.options = options_json(invocation.line, *settings);
  if (invocation.server) return deploy_on_server(invocation, std::move(run), *packages);
  if (invocation.line.has("dry-run"))
    return report_plan(invocation, run.plan, *settings, *packages, objects);
  if (!settings->local_state)
    if (auto refused = confirm_start(invocation)) return *refused;
  run.aws = std::move(*settings);
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  if (auto ready = prepare_local(invocation, run, objects, *here); !ready)
    return invocation.refuse(ready.error());
  return start_and_follow(invocation, *here, std::move(run));
}

}  // namespace sluice::cli
