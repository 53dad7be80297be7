#pragma once

#include <string>

#include "base/json.hpp"

namespace sluice::analysis {

/// What was counted of one version in a window.
struct Counts {
  double requests = 0;
  double errors = 0;
  double rate() const { return requests > 0 ? errors / requests : 0; }
};

enum class Outcome { pass, fail, inconclusive };

/// A verdict keeps every number that led to it (its receipt).
struct Verdict {
  Outcome outcome = Outcome::inconclusive;
  std::string reason;  ///< one sentence for people
  json::Value receipt;
};

std::string_view name_of(Outcome outcome);

struct ErrorRateLimits {
  double min_requests = 20;      ///< of the candidate; fewer are never a pass
  double max_error_rate = 0.05;  ///< share, 0–1
};

/// Fails when the candidate's error rate is above the limit and above the baseline's. A baseline
/// without requests counts as one without errors. Pure.
Verdict judge_error_rate(Counts const& candidate, Counts const& baseline,
                         ErrorRateLimits const& limits);

}  // namespace sluice::analysis
