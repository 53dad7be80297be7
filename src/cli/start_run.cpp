#include "cli/start_run.hpp"

#include "base/strings.hpp"
#include "cli/display.hpp"
#include "cli/hint.hpp"
#include "cli/load_run.hpp"

namespace sluice::cli {
namespace {

std::string what_to_do(Invocation const& invocation, std::string const& run, bool executed) {
  auto command = [&](std::string const& verb) { return invocation.hint(verb + " " + run); };
  if (executed)
    return command("watch") + " follows it; " + command("stop") + " or " + command("rollback") +
           " ends it.";
  return command("resume") + " goes on with it; " + command("rollback") + " takes it back; " +
         command("stop") + " takes back only what it has not finished.";
}

void announce(Invocation& invocation, RunsHere& here, engine::Started const& started) {
  std::string const& run = started.run;
  auto const& queued = started.queued;
  std::string output = invocation.line.value("output");
  if (output == "name") invocation.terminal.out(run + "\n");
  if (output == "json") {
    json::Value out{{"kind", "Run"}, {"run", run}, {"state", queued ? "queued" : "running"}};
    if (queued) out.set("queued", json::Value{{"lock", queued->lock}, {"behind", queued->run}});
    invocation.terminal.out(out.dump() + "\n");
  }
  invocation.say(queued ? "Run " + run + " is " + queued_words({queued->lock, queued->run}) +
                              ". It begins by itself. From another terminal:"
                        : "Started " + run + ". From another terminal:");
  invocation.say("  " + invocation.hint("watch " + run) + "    " + invocation.hint("stop " + run) +
                 "    " + invocation.hint("rollback " + run));
  if (queued) say_if_unexecuted(invocation, here, run, queued->run);
}

}  // namespace

std::optional<int> confirm_start(Invocation& invocation) {
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

int refuse_busy(Invocation& invocation, RunsHere& here, store::Busy const& busy) {
  auto row = here.runs->get(busy.run);
  // Where another process holds the journal it executes whatever has an owner.
  bool executed = row && (here.server || !row->owner.empty());
  std::string who;
  if (row)
    who = " (" + row->name + ", asked for by " + row->requester + " at " +
          local_text(row->created) + ")";
  if (invocation.json()) {
    json::Value out{{"kind", "Busy"}, {"lock", busy.lock}, {"run", busy.run}};
    if (row) out.set("executed", executed);
    invocation.terminal.out(out.dump() + "\n");
  }
  std::string what = " has not ended, no process executes it any more, and it holds ";
  if (executed) what = " is at work on the same function and holds ";
  if (row && row->state == "queued") what = " waits for the same function: it is next to hold ";
  invocation.refuse({ErrorCode::conflict, "run " + busy.run + who + what + busy.lock,
                     what_to_do(invocation, busy.run, executed)});
  return exit_rejected;
}

void say_if_unexecuted(Invocation& invocation, RunsHere& here, std::string const& run,
                       std::string const& behind) {
  if (here.server) return;
  // Whoever executes this run executes every other one that is executed.
  auto own = here.runs->get(run);
  auto before = here.runs->get(behind);
  if (!own || !before) return;
  auto note = unexecuted_note(*before, before->owner == own->owner);
  if (!note.empty()) invocation.say(runnable(invocation.line, note));
}

int start_and_follow(Invocation& invocation, RunsHere& here, server::NewRun run) {
  auto wait = duration_option(invocation.line, "wait-timeout");
  if (!wait) return invocation.refuse_usage(wait.error().message, wait.error().hint);
  bool detach = invocation.line.has("detach");
  if (detach && here.executes())
    return invocation.refuse_usage(
        "--detach needs another process that executes the run, and no server holds this journal",
        "Leave it out: the run is then executed here.");
  if (invocation.json()) invocation.terminal.out(stream_record());
  auto started = here.runs->start(std::move(run));
  if (!started) return invocation.refuse(started.error());
  if (started->busy) return refuse_busy(invocation, here, *started->busy);
  announce(invocation, here, *started);
  if (detach) return exit_success;
  return follow_to_end(invocation, here, {started->run, interrupt_option(invocation.line), *wait});
}

}  // namespace sluice::cli
