#include "cli/commands.hpp"
#include "cli/end_run.hpp"

namespace sluice::cli {
namespace {

Error has_ended(Invocation const& invocation, store::RunRow const& row) {
  return {ErrorCode::conflict, "run " + row.id + " has ended: " + state_words(row.state),
          invocation.hint("get " + row.id) + " shows how."};
}

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
  if (sent) return acknowledge(invocation, run, kind, done);
  auto row = here->runs->get(run);
  if (!row) return invocation.refuse(sent.error());
  if (row->ended) return invocation.refuse(has_ended(invocation, *row));
  if (row->owner.empty()) return invocation.refuse(needs_a_process(invocation, run));
  return invocation.refuse(sent.error());
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

int run_stop(Invocation& invocation) {
  auto settings = invocation.aws_settings();
  if (!settings) return invocation.refuse_usage(settings.error().message, settings.error().hint);
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  auto row = here->runs->get(invocation.line.positional(0));
  if (!row) return invocation.refuse(row.error());
  if (row->ended) return invocation.refuse(has_ended(invocation, *row));
  return end_run(invocation, *here, *row, "stop", *settings);
}

}  // namespace sluice::cli
