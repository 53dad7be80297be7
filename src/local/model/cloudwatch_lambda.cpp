#include "local/model/cloudwatch_lambda.hpp"

#include <vector>

namespace sluice::local {
namespace {

using Dimensions = std::map<std::string, std::string>;

std::vector<Dimensions> sets_of(InvocationMetrics const& run, bool with_version) {
  auto const resource =
      run.qualifier.empty() ? run.function_name : run.function_name + ":" + run.qualifier;
  std::vector<Dimensions> sets{{},
                               {{"FunctionName", run.function_name}},
                               {{"FunctionName", run.function_name}, {"Resource", resource}}};
  if (with_version)
    sets.push_back({{"FunctionName", run.function_name},
                    {"Resource", resource},
                    {"ExecutedVersion", run.executed_version}});
  return sets;
}

}  // namespace

void record_invocation(CloudWatch& metrics, InvocationMetrics const& run, Time now) {
  record_invocations(metrics, run, 1, run.failed ? 1 : 0, now);
}

void record_invocations(CloudWatch& metrics, InvocationMetrics const& run, double requests,
                        double errors, Time now) {
  MetricKey key{run.account, run.region, "AWS/Lambda", {}, {}};
  auto add = [&](char const* name, double value, double count) {
    key.name = name;
    if (count > 0) metrics.add(key, run.started, value, count, now);
  };
  bool const with_version = run.through_alias && !run.executed_version.empty();
  for (auto& dimensions : sets_of(run, with_version)) {
    key.dimensions = std::move(dimensions);
    add("Invocations", 1, requests);
    add("Errors", 1, errors);
    add("Errors", 0, requests - errors);
    add("Duration", run.duration_ms, requests);
    if (run.concurrent > 0) add("ConcurrentExecutions", run.concurrent, 1);
  }
}

void record_throttle(CloudWatch& metrics, InvocationMetrics const& run, Time now) {
  MetricKey key{run.account, run.region, "AWS/Lambda", "Throttles", {}};
  for (auto& dimensions : sets_of(run, false)) {
    key.dimensions = std::move(dimensions);
    metrics.add(key, run.started, 1, 1, now);
  }
}

}  // namespace sluice::local
