#pragma once

#include "cli/invocation.hpp"
#include "cli/render/view.hpp"

namespace sluice::cli {

/// A signal in words: "is paused" once it was taken, "would be paused" where it is only tried.
struct SignalWords {
  std::string_view kind, done, would;
};

/// Whether a run that stands like this takes the signal. Pure; the run may have moved on when it is
/// sent. Errors: conflict, or invalid_input where the signal does not say which step.
Result<void> takes_signal(RunView const& view, engine::Signal const& signal);

/// The signal of the line's command: its --step and --reason, and who sends it.
engine::Signal signal_of_line(Invocation const& invocation, std::string_view kind,
                              std::string node = {});

/// Sends it to the line's run, or with --dry-run says whether that run takes it. Answers the exit
/// code; the answer of the run comes after it is journalled.
int send_signal(Invocation& invocation, RunsHere& here, SignalWords const& words,
                engine::Signal const& signal);

/// What was asked of a run that has ended.
Error has_ended(Invocation const& invocation, store::RunRow const& row);

}  // namespace sluice::cli
