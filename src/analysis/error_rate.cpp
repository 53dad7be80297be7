#include "analysis/error_rate.hpp"

#include <cmath>
#include <cstdio>

namespace sluice::analysis {
namespace {

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g %%", share * 100);
  return text;
}

std::string whole(double count) {
  return std::to_string(static_cast<long long>(std::llround(count)));
}

/// Not-a-number and negative counts are missing data, not zeros.
bool usable(Counts const& counts) {
  return std::isfinite(counts.requests) && std::isfinite(counts.errors) && counts.requests >= 0 &&
         counts.errors >= 0 && counts.errors <= counts.requests + 1e-9;
}

json::Value to_json(Counts const& counts) {
  return json::Value{
      {"requests", counts.requests}, {"errors", counts.errors}, {"rate", counts.rate()}};
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass: return "pass";
    case Outcome::fail: return "fail";
    case Outcome::inconclusive: return "inconclusive";
  }
  return "inconclusive";
}

Verdict judge_error_rate(Counts const& candidate, Counts const& baseline,
                         ErrorRateLimits const& limits) {
  Verdict verdict;
  verdict.receipt = json::Value{{"candidate", to_json(candidate)},
                                {"baseline", to_json(baseline)},
                                {"min_requests", limits.min_requests},
                                {"max_error_rate", limits.max_error_rate}};
  std::string seen = whole(candidate.errors) + " of " + whole(candidate.requests) +
                     " requests failed (" + percent(candidate.rate()) + ")";
  if (!usable(candidate) || !usable(baseline)) {
    verdict.reason = "the metrics do not make sense";
  } else if (candidate.requests < limits.min_requests) {
    verdict.reason = "only " + whole(candidate.requests) + " of the " + whole(limits.min_requests) +
                     " requests needed were seen";
    if (candidate.errors > 0)
      verdict.reason += ", and " + whole(candidate.errors) + " of them failed";
  } else if (candidate.rate() <= limits.max_error_rate) {
    verdict.outcome = Outcome::pass;
    verdict.reason = seen + ", within " + percent(limits.max_error_rate);
  } else if (candidate.rate() <= baseline.rate()) {
    verdict.outcome = Outcome::pass;
    verdict.reason = seen + ", no more than the baseline's " + percent(baseline.rate());
  } else {
    verdict.outcome = Outcome::fail;
    verdict.reason = seen + ", over the limit of " + percent(limits.max_error_rate) +
                     "; the baseline has " + percent(baseline.rate());
  }
  verdict.receipt.set("verdict", name_of(verdict.outcome));
  return verdict;
}

}  // namespace sluice::analysis
