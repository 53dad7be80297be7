#pragma once

#include <optional>
#include <string>

#include "cli/invocation.hpp"
#include "cli/render/view.hpp"

namespace sluice::cli {

/// What an interrupt does to the run that is followed.
enum class OnInterrupt {
  detach,    ///< the looking ends, the run does not
  ask,       ///< freeze or roll back, a person says; without a terminal: roll back
  freeze,    ///< let go: the run stays where it is until somebody resumes it
  rollback,  ///< the run is told to roll back and followed to its end
};

struct FollowOptions {
  std::string run;
  OnInterrupt on_interrupt = OnInterrupt::detach;
  std::optional<Duration> wait_timeout;
  /// The journal up to here was written before this command: it is shown as what was so far.
  std::int64_t history = 0;
};

struct Followed {
  enum class Why { ended, detached, frozen, timed_out, failed };
  Why why = Why::ended;
  RunView view;
  Error error;  ///< of `failed`
};

/// Follows a run to its end, or until an interrupt or the time-out ends that.
Followed follow_run(Invocation& invocation, RunsHere& here, FollowOptions const& options);

/// The same, on to the end of the run that carries out its rollback where that is one of its own
/// (the code is that of the whole), then prints the end: the result on stdout, failures in full as
/// the last thing on stderr. Answers the exit code of the run's end.
int follow_to_end(Invocation& invocation, RunsHere& here, FollowOptions options);

/// The code for a run's end: its state's, or "not permitted" where that is why nothing happened.
int exit_for_run(RunView const& view);

/// --on-interrupt, for commands whose process executes the run.
OnInterrupt interrupt_option(Parsed const& line);

}  // namespace sluice::cli
