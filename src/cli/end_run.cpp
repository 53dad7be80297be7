#include "cli/end_run.hpp"

#include "base/strings.hpp"
#include "cli/display.hpp"

namespace sluice::cli {
namespace {

/// This process goes on with the run, which then obeys its journal. Changes nothing where another
/// one executes it.
int take_up(Invocation& invocation, RunsHere& here, store::RunRow const& row,
            std::string const& kind, server::AwsSettings const& settings) {
  auto resumed = here.runs->resume(row.id, settings);
  auto now = here.runs->get(row.id);
  bool alone = !now || (!now->ended && now->owner.empty());
  if (!resumed && alone) {
    Error error = resumed.error();
    error.hint += (error.hint.empty() ? "The " : " The ") + kind +
                  " is in the journal: " + invocation.hint("resume " + row.id) + " carries it out.";
    return invocation.refuse(error);
  }
  // Nobody answers a question any more: the first Ctrl-C says what the second one does.
  return follow_to_end(invocation, here,
                       {row.id, OnInterrupt::rollback, std::nullopt, row.last_seq});
}

/// The server executes its runs, whatever this process can.
int end_on_server(Invocation& invocation, RunsHere& here, store::RunRow const& row,
                  std::string const& kind) {
  auto sent = here.runs->signal(
      row.id, {kind, "", invocation.requester(), invocation.line.value("reason"), {}});
  if (!sent) return invocation.refuse(sent.error());
  if (kind == "stop") return acknowledge(invocation, row.id, kind, "is being stopped");
  if (invocation.json()) invocation.terminal.out(stream_record());
  if (invocation.line.value("output") == "name") invocation.terminal.out(row.id + "\n");
  invocation.say(row.id + " is being rolled back.");
  return follow_to_end(invocation, here, {row.id, OnInterrupt::detach, std::nullopt, row.last_seq});
}

}  // namespace

int acknowledge(Invocation& invocation, std::string const& run, std::string const& kind,
                std::string const& done) {
  std::string output = invocation.line.value("output");
  if (output == "json")
    invocation.terminal.out(
        json::Value{{"apiVersion", "sluice/v1"}, {"kind", "Signal"}, {"run", run}, {"signal", kind}}
            .dump() +
        "\n");
  else if (output == "name")
    invocation.terminal.out(run + "\n");
  else
    invocation.terminal.out(run + " " + done + "\n");
  invocation.say(invocation.hint("watch " + run) + " follows it.");
  return exit_success;
}

int end_run(Invocation& invocation, RunsHere& here, store::RunRow const& row,
            std::string const& kind, server::AwsSettings const& settings) {
  bool stop = kind == "stop";
  if (here.server) return end_on_server(invocation, here, row, kind);
  auto sent = here.runs->signal(
      row.id, {kind, "", invocation.requester(), invocation.line.value("reason"), {}});
  // Looked at behind the signal: whoever executed it may have gone just then.
  auto now = here.runs->get(row.id);
  bool unattended = now && !now->ended && now->owner.empty();
  bool told_before = !sent && unattended && sent.error().code == ErrorCode::conflict;
  if (!sent && !told_before) return invocation.refuse(sent.error());
  if (stop && !unattended) return acknowledge(invocation, row.id, kind, "is being stopped");

  if (invocation.json()) invocation.terminal.out(stream_record());
  if (invocation.line.value("output") == "name") invocation.terminal.out(row.id + "\n");
  std::string ending = row.id + " is being " + (stop ? "stopped" : "rolled back");
  if (told_before)
    invocation.say("note: " + printable(sent.error().message) + ". This process carries that out.");
  else if (unattended)
    invocation.say(ending + ". No process executed it: this one takes it up.");
  else
    invocation.say(ending + ".");
  return take_up(invocation, here, row, kind, settings);
}

Error needs_a_process(Invocation const& invocation, std::string const& run) {
  if (invocation.server)
    return {ErrorCode::unavailable, "the server does not execute run " + run + " at the moment",
            "It takes it up by itself: send this again in a moment. " +
                invocation.hint("get " + run) + " shows where it stands."};
  return {ErrorCode::unavailable, "run " + run + " is not executed by any process now",
          invocation.hint("resume " + run) +
              " takes it up; then send this again from another terminal. " +
              invocation.hint("rollback " + run) + " takes it back instead."};
}

}  // namespace sluice::cli
