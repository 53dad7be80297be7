#include "cli/commands.hpp"
#include "cli/invocation.hpp"

namespace sluice::cli {
namespace {

/// Sends one signal; the answer comes after it is journalled.
int send(Invocation& invocation, std::string const& kind, std::string const& done) {
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  std::string run = invocation.line.positional(0);
  engine::Signal signal{kind,
                        invocation.line.value("step"),
                        invocation.requester(),
                        invocation.line.value("reason"),
                        {}};
  auto sent = here->runs->signal(run, signal);
  if (!sent) {
    Error error = sent.error();
    bool unattended = error.code == ErrorCode::not_found;
    if (auto row =
            unattended ? here->runs->get(run) : Result<store::RunRow>(std::unexpected(error));
        row) {
      // It exists: nobody executes it, so nobody could act on the signal.
      error = row->ended ? Error{ErrorCode::conflict, "run " + run + " has ended: " + row->state,
                                 "sluice get " + run + " shows how."}
                         : Error{ErrorCode::unavailable,
                                 "run " + run + " is not executed by any process now",
                                 "sluice resume " + run +
                                     " takes it up; then send this again from another terminal."};
    }
    return invocation.refuse(error);
  }
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
  invocation.say("sluice watch " + run + " follows it.");
  return exit_success;
}

}  // namespace

int run_approve(Invocation& invocation) { return send(invocation, "approve", "is approved"); }
int run_reject(Invocation& invocation) { return send(invocation, "reject", "is rejected"); }
int run_skip(Invocation& invocation) {
  return send(invocation, "skip", "goes on: the wait is skipped");
}
int run_promote(Invocation& invocation) { return send(invocation, "promote", "goes to 100 %"); }
int run_pause(Invocation& invocation) { return send(invocation, "pause", "is paused"); }
int run_continue(Invocation& invocation) { return send(invocation, "continue", "goes on"); }
int run_stop(Invocation& invocation) { return send(invocation, "stop", "is being stopped"); }

}  // namespace sluice::cli
