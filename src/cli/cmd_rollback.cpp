#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/display.hpp"
#include "cli/end_run.hpp"
#include "cli/load_run.hpp"
#include "cli/start_run.hpp"
#include "server/alias_holder.hpp"
#include "server/attach.hpp"

namespace sluice::cli {
namespace {

using Undone = std::vector<server::UndoneRelease>;

std::string version_text(std::string const& version) {
  return version.empty() ? "no version" : "version " + version;
}

/// "orders:live from version 3 to version 2".
std::string movement(server::UndoneRelease const& undone) {
  auto const& state = undone.state;
  if (state.alias.empty())
    return state.function + " from " + version_text(state.candidate_version) +
           " to the code and configuration of " + version_text(state.baseline_version) +
           ", published once more";
  std::string now = state.alias_now.version.empty() ? version_text(state.candidate_version)
                                                    : engine::in_words(state.alias_now);
  return state.function + ":" + state.alias + " from " + now + " to " +
         version_text(state.baseline_version);
}

/// The answer of --dry-run: what would move, and by which run where there is one already.
int report(Invocation& invocation, Undone const& undone, std::string const& run,
           std::size_t targets) {
  if (invocation.json()) {
    json::Value moves = json::Array{};
    for (auto const& [release, state] : undone) {
      json::Value move{{"target", release.target}, {"function", state.function}};
      if (!state.alias.empty()) move.set("alias", state.alias);
      move.set("now", state.alias.empty() ? json::Value{{"version", state.candidate_version}}
                                          : engine::to_json(state.alias_now));
      move.set("to", state.baseline_version);
      moves.push(std::move(move));
    }
    json::Value out{{"apiVersion", "sluice/v1"}, {"kind", "RollbackPlan"}};
    if (!run.empty()) out.set("run", run);
    out.set("moves", std::move(moves));
    invocation.terminal.out(out.pretty() + "\n");
    return exit_success;
  }
  std::string text;
  for (auto const& one : undone)
    text += "would roll back " + (targets > 1 ? one.release.target + ": " : "") +
            printable(movement(one)) + "\n";
  if (undone.empty()) text = "would move nothing back: nothing live has been changed yet\n";
  invocation.terminal.out(text);
  return exit_success;
}

Undone releases_of(server::NewRun const& run) {
  Undone out;
  for (auto const& release : run.plan.releases)
    out.push_back({release, engine::release_state(run.releases.at(release.id))});
  return out;
}

int start_rollback(Invocation& invocation, RunsHere& here, server::NewRun run,
                   server::AwsSettings settings) {
  if (invocation.line.has("dry-run")) {
    auto busy = server::busy_for(*here.runs, run.plan);
    if (!busy) return invocation.refuse(busy.error());
    if (*busy) return refuse_busy(invocation, here, **busy);
    return report(invocation, releases_of(run), "", run.plan.targets.size());
  }
  if (auto refused = confirm_start(invocation)) return *refused;
  run.requester = invocation.requester();
  run.aws = std::move(settings);
  return start_and_follow(invocation, here, std::move(run));
}

int roll_back_running(Invocation& invocation, RunsHere& here, store::RunRow const& row,
                      server::AwsSettings const& settings) {
  if (!invocation.line.has("dry-run")) return end_run(invocation, here, row, "rollback", settings);
  auto snapshot = server::snapshot_of(*here.runs, row.id);
  if (!snapshot) return invocation.refuse(snapshot.error());
  invocation.say(row.id + " (" + printable(row.name) + ") has not ended, " +
                 (row.owner.empty() && !here.server
                      ? "and no process executes it: it would be taken up here and "
                        "rolled back."
                      : "and would be told to roll back."));
  return report(invocation, server::undone_releases(*snapshot), row.id,
                snapshot->plan->targets.size());
}

int roll_back_run_id(Invocation& invocation, server::AwsSettings settings, std::string const& run) {
  if (invocation.line.has("to"))
    return invocation.refuse_usage(
        "--to goes with FUNCTION:ALIAS; a run goes back to the baseline it recorded");
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  auto row = here->runs->get(run);
  if (!row) return invocation.refuse(row.error());
  if (!row->ended) return roll_back_running(invocation, *here, *row, settings);
  auto undo = server::roll_back_run(*here->runs, run);
  if (!undo) return invocation.refuse(undo.error());
  if (!invocation.server) take_world(settings, row->world);
  invocation.say("Rolling back " + run + " (" + printable(row->name) + "), which ended " +
                 state_words(row->state) + ".");
  return start_rollback(invocation, *here, std::move(*undo), std::move(settings));
}

int already_there(Invocation& invocation, server::FoundAlias const& alias) {
  std::string name = alias.function + ":" + alias.record.name;
  std::string const& version = alias.record.function_version;
  if (invocation.json())
    invocation.terminal.out(json::Value{{"apiVersion", "sluice/v1"},
                                        {"kind", "Unchanged"},
                                        {"function", alias.function},
                                        {"alias", alias.record.name},
                                        {"version", version}}
                                .dump() +
                            "\n");
  else if (invocation.line.value("output") != "name")
    invocation.terminal.out(name + " is already there: all of its traffic goes to version " +
                            version + "\n");
  return exit_success;
}

/// The alias is held by a run that nobody executes: rolling that one back is what is wanted, where
/// it moves this alias and nothing else, and to the version asked for.
int settle_holder(Invocation& invocation, RunsHere& here, server::AliasHolder const& holder,
                  server::AliasRollback const& request, server::AwsSettings const& settings) {
  if (holder.executed()) return refuse_busy(invocation, here, {holder.lock, holder.row.id});
  std::string const& run = holder.row.id;
  std::string name = request.function + ":" + request.alias;
  bool fits =
      holder.is_only_about_it() && (!request.to || *request.to == holder.release->baseline_version);
  if (fits) {
    invocation.say(name + " is held by run " + run + " (" + printable(holder.row.name) +
                   "), which no process executes any more. It began at version " +
                   holder.release->baseline_version + ".");
    if (!invocation.line.has("dry-run"))
      if (auto refused = confirm_start(invocation)) return *refused;
    return roll_back_running(invocation, here, holder.row, settings);
  }
  std::string back = invocation.hint("rollback " + run);
  std::string hint = back + " takes that run back";
  if (holder.is_only_about_it())
    hint += " to version " + holder.release->baseline_version + "; then send this again";
  else if (holder.releases > 1)
    hint += ", all of its " + std::to_string(holder.releases) + " functions";
  return invocation.refuse({ErrorCode::conflict,
                            name + " is held by run " + run + " (" + holder.row.name +
                                "), which has not ended and which no process executes any more",
                            hint + ". " + invocation.hint("resume " + run) + " goes on with it."});
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
  settings = server::anywhere(std::move(settings));
  auto opened = here->services->open(settings);
  if (!opened) return invocation.refuse(opened.error());
  auto alias = server::find_alias(*opened->services, *request, {});
  if (!alias) return invocation.refuse(alias.error());
  if (server::is_there(*request, *alias)) return already_there(invocation, *alias);
  auto holder = server::holder_of(*here->runs, *alias, opened->world);
  if (!holder) return invocation.refuse(holder.error());
  if (*holder) return settle_holder(invocation, *here, **holder, *request, settings);
  auto run = server::roll_back_alias(*opened->services, *request, *alias, {});
  if (!run) return invocation.refuse(run.error());
  std::string target = request->to ? "version " + *request->to : "its primary version";
  invocation.say("Moving " + what + " to " + target + ".");
  return start_rollback(invocation, *here, std::move(*run), std::move(settings));
}

}  // namespace

int run_rollback(Invocation& invocation) {
  auto settings = invocation.aws_settings();
  if (!settings) return invocation.refuse_usage(settings.error().message, settings.error().hint);
  std::string what = invocation.line.positional(0);
  if (is_run_id(what)) return roll_back_run_id(invocation, std::move(*settings), what);
  if (resembles_run_id(what)) return invocation.refuse(no_such_run(what));
  if (invocation.server)
    return invocation.refuse_usage(
        "an alias is moved by this machine, not by the server " + *invocation.server,
        "With your own credentials: " + invocation.hint("rollback " + what + " --server none") +
            ". On the server a run is taken back: " + invocation.hint("rollback RUN"));
  return roll_back_function(invocation, std::move(*settings), what);
}

}  // namespace sluice::cli
