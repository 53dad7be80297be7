#include "cli/start_run.hpp"

#include "base/strings.hpp"
#include "cli/display.hpp"

namespace sluice::cli {
namespace {

int refuse_busy(Invocation& invocation, RunsHere& here, store::Busy const& busy) {
  std::string who;
  if (auto row = here.runs->get(busy.run))
    who = " (" + row->name + ", asked for by " + row->requester + " at " +
          local_text(row->created) + ")";
  if (invocation.json()) {
    json::Value out{{"kind", "Busy"}, {"lock", busy.lock}, {"run", busy.run}};
    invocation.terminal.out(out.dump() + "\n");
  }
  invocation.refuse(
      {ErrorCode::conflict,
       "run " + busy.run + who + " is at work on the same function: it holds " + busy.lock,
       "sluice watch " + busy.run + " follows it; sluice stop " + busy.run +
           " or sluice rollback " + busy.run + " ends it. If its process died: sluice resume " +
           busy.run});
  return exit_rejected;
}

void announce(Invocation& invocation, std::string const& run) {
  std::string output = invocation.line.value("output");
  if (output == "name") invocation.terminal.out(run + "\n");
  if (output == "json")
    invocation.terminal.out(
        json::Value{{"kind", "Run"}, {"run", run}, {"state", "running"}}.dump() + "\n");
  invocation.say("Started " + run + ". From another terminal:");
  invocation.say("  " + invocation.hint("watch " + run) + "    " + invocation.hint("stop " + run) +
                 "    " + invocation.hint("rollback " + run));
}

}  // namespace

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
  announce(invocation, started->run);
  if (detach) return exit_success;
  return follow_to_end(invocation, here, {started->run, interrupt_option(invocation.line), *wait});
}

}  // namespace sluice::cli
