#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/display.hpp"
#include "cli/load_run.hpp"
#include "cli/start_run.hpp"
#include "server/rollback_plan.hpp"

namespace sluice::cli {
namespace {

/// Says what would move; answers an exit code where nothing is to be started.
std::optional<int> settle(Invocation& invocation, server::NewRun const& run,
                          std::string const& what) {
  invocation.say(what);
  if (invocation.line.has("dry-run")) {
    for (auto const& release : run.plan.releases)
      invocation.terminal.out("would roll back " + release.function +
                              (release.alias.empty() ? "" : ":" + release.alias) + "\n");
    return exit_success;
  }
  auto const& traits = invocation.terminal.traits;
  bool terminal = traits.tty.in && traits.tty.err;
  if (invocation.line.has("yes") || !terminal) return std::nullopt;
  if (!traits.may_ask)
    return invocation.refuse_usage("--no-input forbids to ask whether to start", "Add --yes.");
  auto answer = invocation.ask("Start? [Y/n] ");
  if (answer && (answer->empty() || lower(*answer).starts_with('y'))) return std::nullopt;
  invocation.say("Nothing was started.");
  return exit_failed;
}

int roll_back_running(Invocation& invocation, RunsHere& here, store::RunRow const& row,
                      server::AwsSettings settings) {
  std::string const& run = row.id;
  if (invocation.line.has("dry-run")) {
    invocation.terminal.out("would tell " + run + " to roll back\n");
    return exit_success;
  }
  auto sent = here.runs->signal(
      run, {"rollback", "", invocation.requester(), invocation.line.value("reason"), {}});
  if (!sent) return invocation.refuse(sent.error());
  if (invocation.json()) invocation.terminal.out(stream_record());
  if (invocation.line.value("output") == "name") invocation.terminal.out(run + "\n");
  invocation.say(run + " is being rolled back.");
  // Where nobody executes it, this process does; elsewhere this changes nothing, and what went
  // wrong shows when the run is followed.
  if (!settings.region && !row.world["region"].as_string().empty())
    settings.region = row.world["region"].as_string();
  auto resumed = here.runs->resume(run, settings);
  if (!resumed) invocation.warn(resumed.error().message);
  return follow_to_end(invocation, here, {run, OnInterrupt::detach, std::nullopt});
}

int roll_back_run_id(Invocation& invocation, server::AwsSettings settings, std::string const& run) {
  if (invocation.line.has("to"))
    return invocation.refuse_usage(
        "--to goes with FUNCTION:ALIAS; a run goes back to the baseline it recorded");
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  auto row = here->runs->get(run);
  if (!row) return invocation.refuse(row.error());
  if (!row->ended) return roll_back_running(invocation, *here, *row, std::move(settings));
  auto finished = server::snapshot_of(*here->runs, run);
  if (!finished) return invocation.refuse(finished.error());
  auto undo = server::roll_back_run(*finished);
  if (!undo) return invocation.refuse(undo.error());
  // It goes on in the AWS world that the run recorded, unless the line names one.
  auto const& local = row->world["local_state"].as_string();
  auto const& endpoint = row->world["endpoint"].as_string();
  if (!settings.local_state && !settings.endpoint_url) {
    if (!local.empty())
      settings.local_state = local;
    else if (!endpoint.empty())
      settings.endpoint_url = endpoint;
  }
  if (!settings.region && !row->world["region"].as_string().empty())
    settings.region = row->world["region"].as_string();
  undo->requester = invocation.requester();
  undo->aws = std::move(settings);
  if (auto refused = settle(invocation, *undo,
                            "Rolling back " + run + " (" + row->name + "), which ended " +
                                state_words(row->state) + "."))
    return *refused;
  return start_and_follow(invocation, *here, std::move(*undo));
}

int roll_back_function(Invocation& invocation, server::AwsSettings settings,
                       std::string const& what) {
  auto request = server::parse_alias_rollback(what);
  if (!request) return invocation.refuse_usage(request.error().message, request.error().hint);
  request->to = invocation.line.maybe("to");
  if (settings.region) request->region = *settings.region;
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  ENSURE(here->services);
  auto opened = here->services->open(settings);
  if (!opened) return invocation.refuse(opened.error());
  auto run = server::roll_back_alias(*opened->services, *request, {});
  if (!run) return invocation.refuse(run.error());
  run->requester = invocation.requester();
  run->aws = std::move(settings);
  std::string target = request->to ? "version " + *request->to : "its primary version";
  if (auto refused = settle(invocation, *run, "Moving " + what + " to " + target + "."))
    return *refused;
  return start_and_follow(invocation, *here, std::move(*run));
}

}  // namespace

int run_rollback(Invocation& invocation) {
  auto settings = invocation.aws_settings();
  if (!settings) return invocation.refuse_usage(settings.error().message, settings.error().hint);
  std::string what = invocation.line.positional(0);
  if (is_run_id(what)) return roll_back_run_id(invocation, std::move(*settings), what);
  return roll_back_function(invocation, std::move(*settings), what);
}

}  // namespace sluice::cli
