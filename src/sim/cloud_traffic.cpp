#include <cmath>

#include "sim/cloud.hpp"

namespace sluice::sim {
namespace {

/// What passes in one go is a night at most; nothing looks further back than the last hour of it.
constexpr Duration longest_stretch = std::chrono::hours(1);

}  // namespace

double Cloud::served(FunctionScenario const& function, std::string const& version) const {
  auto found = served_.find({function.release, version});
  return found == served_.end() ? 0 : found->second;
}

void Cloud::serve(Time from, Time to) {
  from = std::max(from, to - longest_stretch);
  for (Time at = from; at < to;) {
    Time minute = std::chrono::floor<std::chrono::minutes>(at);
    Time next = std::min(to, minute + std::chrono::minutes(1));
    double seconds = static_cast<double>((next - at).count()) / 1000;
    for (auto const& function : scenario_.functions)
      if (!function.alias.empty()) serve_minute(function, at, seconds);
    at = next;
  }
}

void Cloud::serve_minute(FunctionScenario const& function, Time at, double seconds) {
  double expected = seconds * function.requests_per_second;
  double requests = std::floor(expected + random_.fraction());
  if (requests <= 0) return;
  auto content = alias(function);
  if (!content) return;
  double left = requests;
  for (auto const& [version, share] : content->weights) {
    double part = std::min(left, std::floor(requests * share + random_.fraction()));
    left -= part;
    count(function, version, at, part);
  }
  count(function, content->version, at, left);
}

void Cloud::count(FunctionScenario const& function, std::string const& version, Time at,
                  double requests) {
  if (requests <= 0) return;
  auto candidate = candidates_.find(function.release);
  bool fresh = candidate != candidates_.end() && candidate->second == version;
  double rate = fresh ? function.candidate_errors : function.baseline_errors;
  double errors = std::min(requests, std::floor(requests * rate + random_.fraction()));
  local::MetricKey key{account,
                       function.region,
                       "AWS/Lambda",
                       "Invocations",
                       {{"FunctionName", function.name},
                        {"Resource", function.name + ":" + function.alias},
                        {"ExecutedVersion", version}}};
  metrics_.add(key, at, 1, requests, clock_.now());
  key.name = "Errors";
  if (errors > 0) metrics_.add(key, at, 1, errors, clock_.now());
  if (errors < requests) metrics_.add(key, at, 0, requests - errors, clock_.now());
  served_[{function.release, version}] += requests;
}

}  // namespace sluice::sim
