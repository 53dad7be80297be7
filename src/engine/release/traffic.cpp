#include "engine/release/traffic.hpp"

namespace sluice::engine {
namespace {

json::Value to_json(analysis::Counts const& counts) {
  return json::Value{{"requests", counts.requests}, {"errors", counts.errors}};
}

analysis::Counts counts_of(json::Value const& value) {
  return {value["requests"].as_double(), value["errors"].as_double()};
}

aws::MetricQuery query(ReleaseState const& state, std::string id, std::string metric,
                       std::string const& version) {
  aws::MetricQuery it;
  it.id = std::move(id);
  it.name_space = "AWS/Lambda";
  it.metric = std::move(metric);
  it.dimensions = {{"FunctionName", state.function},
                   {"Resource", state.function + ":" + state.alias},
                   {"ExecutedVersion", version}};
  it.stat = "Sum";
  return it;
}

double sum(aws::MetricAnswer const& answer, std::string_view id) {
  double total = 0;
  for (auto const& result : answer.results)
    if (result.id == id)
      for (auto const& point : result.points) total += point.value;
  return total;
}

}  // namespace

Traffic operator-(Traffic const& a, Traffic const& b) {
  return {{a.candidate.requests - b.candidate.requests, a.candidate.errors - b.candidate.errors},
          {a.baseline.requests - b.baseline.requests, a.baseline.errors - b.baseline.errors}};
}

json::Value to_json(Traffic const& traffic) {
  return json::Value{{"candidate", to_json(traffic.candidate)},
                     {"baseline", to_json(traffic.baseline)}};
}

Traffic traffic_of(json::Value const& value) {
  return {counts_of(value["candidate"]), counts_of(value["baseline"])};
}

aws::Answer<Traffic> count_traffic(StepContext const& context, TargetAws& aws, Time start,
                                   Time end) {
  ReleaseState const& state = *context.release;
  auto cloudwatch = aws.cloudwatch();
  auto answer =
      cloudwatch.get_metric_data({query(state, "cr", "Invocations", state.candidate_version),
                                  query(state, "ce", "Errors", state.candidate_version),
                                  query(state, "br", "Invocations", state.baseline_version),
                                  query(state, "be", "Errors", state.baseline_version)},
                                 start, end);
  if (!answer) return std::unexpected(answer.error());
  return Traffic{{sum(*answer, "cr"), sum(*answer, "ce")},
                 {sum(*answer, "br"), sum(*answer, "be")}};
}

}  // namespace sluice::engine
