#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice::cli {

/// What the program ends with. Frozen: scripts depend on them.
enum Exit : int {
  exit_success = 0,
  exit_failed = 1,
  exit_changes = 2,
  exit_invalid = 3,
  exit_denied = 4,
  exit_rolled_back = 5,
  exit_needs_person = 6,
  exit_waits_for_approval = 7,
  exit_wait_timeout = 8,
  exit_stopped = 9,
  exit_rejected = 10,
  exit_usage = 64,
  exit_interrupted = 130,
};

struct ExitMeaning {
  int code;
  std::string_view meaning;
};
std::span<ExitMeaning const> exit_meanings();

/// For a run's end state ("succeeded", "rolled_back" …).
int exit_for_state(std::string_view end_state);
int exit_for(Error const& error);

}  // namespace sluice::cli
