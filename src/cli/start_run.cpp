#include "cli/start_run.hpp"

#include "base/strings.hpp"
#include "cli/display.hpp"
#include "cli/load_run.hpp"

namespace sluice::cli {
namespace {

int refuse_busy(Invocation& invocation, RunsHere& here, store::Busy const& busy) {
  std::string who, does = " is at work on the same function: it holds ";
  std::string hint = "sluice watch " + busy.run + " follows it; sluice stop " + busy.run +
                     " or sluice rollback " + busy.run +
                     " ends it. If its process died: sluice resume " + busy.run;
  if (auto row = here.runs->get(busy.run)) {
    who = " (" + row->name + ", asked for by " + row->requester + " at " +
          local_text(row->created) + ")";
    if (row->state == "queued") does = " waits for the same function: it is next to hold ";
    if (auto note = unexecuted_note(*row, !here.executes()); !note.empty()) hint = note;
  }
  if (invocation.json()) {
    json::Value out{{"kind", "Busy"}, {"lock", busy.lock}, {"run", busy.run}};
    invocation.terminal.out(out.dump() + "\n");
  }
  return invocation.refuse({ErrorCode::conflict, "run " + busy.run + who + does + busy.lock, hint});
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
  invocation.say("  sluice watch " + run + "    sluice stop " + run + "    sluice rollback " + run);
  if (queued) say_if_unexecuted(invocation, here, run, queued->run);
}

}  // namespace

void say_if_unexecuted(Invocation& invocation, RunsHere& here, std::string const& run,
                       std::string const& behind) {
  // Whoever executes this run executes every other one that is executed.
  auto own = here.runs->get(run);
  auto before = here.runs->get(behind);
  if (!own || !before) return;
  auto note = unexecuted_note(*before, before->owner == own->owner);
  if (!note.empty()) invocation.say(note);
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
