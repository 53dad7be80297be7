#include "cli/send_signal.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "cli/end_run.hpp"
#include "cli/hint.hpp"
#include "cli/load_run.hpp"
#include "engine/waits.hpp"

namespace sluice::cli {
namespace {

using engine::Wait;

bool for_the_whole_run(std::string_view kind) {
  static constexpr std::string_view kinds[] = {"stop", "rollback", "pause", "promote"};
  return std::ranges::find(kinds, kind) != std::end(kinds);
}

Result<void> takes_as_a_whole(RunView const& view, std::string const& kind) {
  if (auto const& stop = view.state.stop)
    return fail(ErrorCode::conflict, "run " + view.id + " is already being " +
                                         (stop->roll_back ? "rolled back" : "stopped") +
                                         " (asked by " + stop->by + ")");
  if (kind == "pause" && view.state.paused)
    return fail(ErrorCode::conflict, "run " + view.id + " is paused already");
  return {};
}

/// Whether that wait is one that the signal ends.
bool ends(Wait const& wait, engine::Signal const& signal) {
  if (!signal.node.empty() && signal.node != wait.node) return false;
  if (signal.kind == "retry")
    return std::ranges::find(wait.choices, plan::ActionKind::retry) != wait.choices.end();
  return std::ranges::find(wait.signals, signal.kind) != wait.signals.end();
}

int say_dry_run(Invocation& invocation, std::string const& run, SignalWords const& words) {
  if (invocation.json())
    invocation.terminal.out(json::Value{{"apiVersion", "sluice/v1"},
                                        {"kind", "SignalPlan"},
                                        {"run", run},
                                        {"signal", words.kind}}
                                .dump() +
                            "\n");
  else if (invocation.line.value("output") == "name")
    invocation.terminal.out(run + "\n");
  else
    invocation.terminal.out(run + " " + std::string(words.would) + "\n");
  invocation.say("Dry run: nothing was sent.");
  return exit_success;
}

int try_signal(Invocation& invocation, RunsHere& here, SignalWords const& words,
               engine::Signal const& signal) {
  std::string run = invocation.line.positional(0);
  auto row = here.runs->get(run);
  if (!row) return invocation.refuse(row.error());
  if (row->ended) return invocation.refuse(has_ended(invocation, *row));
  bool ends_it = signal.kind == "stop";
  if (row->owner.empty() && !ends_it) return invocation.refuse(needs_a_process(invocation, run));
  auto view = load_run(*here.runs, run);
  if (!view) return invocation.refuse(view.error());
  if (auto taken = takes_signal(*view, signal); !taken) return invocation.refuse(taken.error());
  return say_dry_run(invocation, run, words);
}

}  // namespace

Result<void> takes_signal(RunView const& view, engine::Signal const& signal) {
  if (view.state.over())
    return fail(ErrorCode::conflict,
                "run " + view.id + " has ended: " + state_words(view.state.end_state));
  if (for_the_whole_run(signal.kind)) return takes_as_a_whole(view, signal.kind);
  std::vector<std::string> waiting;
  for (auto const& wait : engine::waits_of(*view.plan, view.state))
    if (ends(wait, signal)) waiting.push_back(wait.node);
  // A paused run goes on as a whole; of several questions the first one is answered.
  bool any = signal.kind == "continue" || signal.kind == "retry";
  if (waiting.size() > 1 && !any)
    return fail(ErrorCode::invalid_input, "several steps wait: " + join(waiting, ", "),
                "Name one with --step.");
  if (!waiting.empty()) return {};
  return fail(ErrorCode::conflict,
              "nothing in run " + view.id + " waits for '" + signal.kind + "' now",
              "sluice get " + view.id + " shows where it stands.");
}

engine::Signal signal_of_line(Invocation const& invocation, std::string_view kind,
                              std::string node) {
  return {std::string(kind),
          std::move(node),
          invocation.requester(),
          invocation.line.value("reason"),
          {}};
}

int send_signal(Invocation& invocation, RunsHere& here, SignalWords const& words,
                engine::Signal const& signal) {
  if (invocation.line.has("dry-run")) return try_signal(invocation, here, words, signal);
  std::string run = invocation.line.positional(0);
  auto sent = here.runs->signal(run, signal);
  if (sent) return acknowledge(invocation, run, signal.kind, std::string(words.done));
  auto row = here.runs->get(run);
  if (!row) return invocation.refuse(sent.error());
  if (row->ended) return invocation.refuse(has_ended(invocation, *row));
  if (row->owner.empty()) return invocation.refuse(needs_a_process(invocation, run));
  return invocation.refuse(sent.error());
}

Error has_ended(Invocation const& invocation, store::RunRow const& row) {
  return {ErrorCode::conflict, "run " + row.id + " has ended: " + state_words(row.state),
          invocation.hint("get " + row.id) + " shows how."};
}

}  // namespace sluice::cli
