#pragma once

#include <string>

#include "base/time.hpp"
#include "local/model/cloudwatch.hpp"

namespace sluice::local {

/// One run of a function as its metrics see it.
struct InvocationMetrics {
  std::string account, region;
  std::string function_name;
  std::string qualifier;  ///< as the caller named it; empty for none
  bool through_alias = false;
  std::string executed_version;  ///< used only for calls through an alias
  Time started;                  ///< the timestamp of every datum
  double duration_ms = 0;        ///< handler time, without init
  bool failed = false;
  int concurrent = 0;  ///< runs at the same time, this one included; 0: not known
};

/// Namespace AWS/Lambda: {}, {FunctionName}, {FunctionName, Resource} and, through an alias,
/// {FunctionName, Resource, ExecutedVersion}. Errors gets a 0 for a success, so that its Average is
/// the error rate.
void record_invocation(CloudWatch& metrics, InvocationMetrics const& run, Time now);

/// As many runs of that kind at once, `errors` of them failed; `run.failed` counts for nothing.
void record_invocations(CloudWatch& metrics, InvocationMetrics const& run, double requests,
                        double errors, Time now);

/// A 429 of Invoke. It carries no ExecutedVersion: the version was not picked yet.
void record_throttle(CloudWatch& metrics, InvocationMetrics const& run, Time now);

}  // namespace sluice::local
