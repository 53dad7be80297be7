#pragma once

#include "analysis/error_rate.hpp"
#include "engine/services.hpp"
#include "engine/step.hpp"

namespace sluice::engine {

/// Requests and errors of both versions behind an alias in one window.
struct Traffic {
  analysis::Counts candidate, baseline;
};

Traffic operator-(Traffic const& a, Traffic const& b);
json::Value to_json(Traffic const& traffic);
Traffic traffic_of(json::Value const& value);

/// One GetMetricData: Invocations and Errors (Sum) by FunctionName, Resource = function:alias and
/// ExecutedVersion (Lambda metrics). A metric that does not exist is an empty result and counts 0.
aws::Answer<Traffic> count_traffic(StepContext const& context, TargetAws& aws, Time start,
                                   Time end);

}  // namespace sluice::engine
