#include "sim/call_budget.hpp"

#include "aws/budget.hpp"

namespace sluice::sim {

void CallBudget::sent(Time at, CloudCall const& call) {
  bool lambda = !call.operation.empty() && call.operation != "GetMetricData" &&
                call.operation != "SendRequest";
  if (!lambda) return;
  if (aws::pool_of(aws::Service::lambda, call.operation) != aws::Pool::lambda_control) return;
  aws::Rate rate = aws::Budget::Rates{}.lambda_control;
  double allowed = rate.shared + rate.reserve;
  auto [entry, first] = levels_.try_emplace(call.region);
  Level& level = entry->second;
  if (!first) {
    double seconds = static_cast<double>((at - level.at).count()) / 1000;
    level.calls = std::max(0.0, level.calls - seconds * allowed);
  }
  level.at = at;
  // One second's worth may have been saved, and waits are whole milliseconds.
  if (++level.calls <= allowed + 1 || !violations_.empty()) return;
  violations_.push_back(call.operation + " is one call too many in " + call.region + ": " +
                        std::to_string(level.calls) + " above what " + std::to_string(allowed) +
                        " calls a second let pass");
}

}  // namespace sluice::sim
