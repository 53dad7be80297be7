#include "cli/exit_codes.hpp"

#include <array>
#include <utility>

namespace sluice::cli {

std::span<ExitMeaning const> exit_meanings() {
  static constexpr std::array<ExitMeaning, 13> table{{
      {exit_success, "success; the run succeeded"},
      {exit_failed, "an error not listed here; or the run failed, its functions as they were"},
      {exit_changes, "there are differences (diff --detailed-exitcode)"},
      {exit_invalid, "a file or setting is invalid or missing (no region); nothing was touched"},
      {exit_denied, "no credentials, or not permitted"},
      {exit_rolled_back, "the run failed and was rolled back"},
      {exit_needs_person, "the run ended where a person must act"},
      {exit_waits_for_approval, "the run waits for an approval (--no-wait-approval)"},
      {exit_wait_timeout, "--wait-timeout passed before the run ended"},
      {exit_stopped, "the run was stopped on request"},
      {exit_rejected, "the run was rejected or superseded; or another run is at work there"},
      {exit_usage, "the command line is wrong"},
      {exit_interrupted, "interrupted"},
  }};
  return table;
}

int exit_for_state(std::string_view end_state) {
  static constexpr std::array<std::pair<std::string_view, int>, 7> table{{
      {"succeeded", exit_success},
      {"rolled_back", exit_rolled_back},
      {"needs_person", exit_needs_person},
      {"stopped", exit_stopped},
      {"rejected", exit_rejected},
      {"superseded", exit_rejected},
      {"failed", exit_failed},
  }};
  for (auto const& [state, code] : table)
    if (state == end_state) return code;
  return exit_failed;
}

int exit_for(Error const& error) {
  switch (error.code) {
    case ErrorCode::denied: return exit_denied;
    case ErrorCode::invalid_input: return exit_invalid;
    case ErrorCode::cancelled: return exit_interrupted;
    default: return exit_failed;
  }
}

}  // namespace sluice::cli
