#include "cli/commands.hpp"
#include "cli/end_run.hpp"
#include "cli/send_signal.hpp"

namespace sluice::cli {
namespace {

int send(Invocation& invocation, SignalWords const& words) {
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  auto signal = signal_of_line(invocation, words.kind, invocation.line.value("step"));
  return send_signal(invocation, *here, words, signal);
}

}  // namespace

int run_approve(Invocation& invocation) {
  return send(invocation, {"approve", "is approved", "would be approved"});
}
int run_reject(Invocation& invocation) {
  return send(invocation, {"reject", "is rejected", "would be rejected"});
}
int run_skip(Invocation& invocation) {
  return send(invocation,
              {"skip", "goes on: the wait is skipped", "would go on: its wait would be skipped"});
}
int run_promote(Invocation& invocation) {
  return send(invocation, {"promote", "goes to 100 %", "would go to 100 %"});
}
int run_pause(Invocation& invocation) {
  return send(invocation, {"pause", "is paused", "would be paused"});
}
int run_continue(Invocation& invocation) {
  return send(invocation, {"continue", "goes on", "would go on"});
}

int run_stop(Invocation& invocation) {
  auto settings = invocation.aws_settings();
  if (!settings) return invocation.refuse_usage(settings.error().message, settings.error().hint);
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  auto row = here->runs->get(invocation.line.positional(0));
  if (!row) return invocation.refuse(row.error());
  if (row->ended) return invocation.refuse(has_ended(invocation, *row));
  if (invocation.line.has("dry-run"))
    return send_signal(invocation, *here, {"stop", "is being stopped", "would be stopped"},
                       signal_of_line(invocation, "stop"));
  return end_run(invocation, *here, *row, "stop", *settings);
}

}  // namespace sluice::cli
