#include "aws/cloudwatch.hpp"

#include <algorithm>
#include <cmath>

#include "aws/decode.hpp"

namespace sluice::aws {
namespace {

constexpr std::size_t most_queries = 500;

json::Value metric_stat(MetricQuery const& query) {
  json::Value dimensions(json::Array{});
  for (auto const& [name, value] : query.dimensions)
    dimensions.push(json::Value{{"Name", name}, {"Value", value}});
  json::Value metric{{"Namespace", query.name_space},
                     {"MetricName", query.metric},
                     {"Dimensions", std::move(dimensions)}};
  json::Value out{{"Metric", std::move(metric)},
                  {"Period", static_cast<std::int64_t>(query.period.count())},
                  {"Stat", query.stat}};
  if (!query.unit.empty()) out.set("Unit", query.unit);
  return out;
}

json::Value to_json(MetricQuery const& query) {
  json::Value out{{"Id", query.id}};
  if (query.expression.empty()) {
    out.set("MetricStat", metric_stat(query));
  } else {
    out.set("Expression", query.expression);
    out.set("Period", static_cast<std::int64_t>(query.period.count()));
  }
  if (!query.label.empty()) out.set("Label", query.label);
  out.set("ReturnData", query.returned);
  return out;
}

/// Seconds since 1970, with a fraction only where there is one.
json::Value epoch(Time time) {
  std::int64_t millis = to_millis(time);
  if (millis % 1000 == 0) return millis / 1000;
  return static_cast<double>(millis) / 1000;
}

/// A series that is not there at all is handed on as empty, never as an error: CloudWatch itself
/// cannot tell a quiet metric from a mistyped one.
void append(json::Value const& page, MetricAnswer& out) {
  for (json::Value const& each : page["MetricDataResults"].items()) {
    auto result = std::ranges::find(out.results, each["Id"].as_string(), &MetricResult::id);
    if (result == out.results.end()) continue;
    result->label = each["Label"].as_string();
    result->status = each["StatusCode"].as_string();
    json::Array const& times = each["Timestamps"].items();
    json::Array const& values = each["Values"].items();
    for (std::size_t i = 0; i < std::min(times.size(), values.size()); ++i)
      result->points.push_back(
          {from_millis(std::llround(times[i].as_double() * 1000)), values[i].as_double()});
  }
  for (json::Value const& each : page["Messages"].items())
    out.messages.push_back(each["Code"].as_string() + ": " + each["Value"].as_string());
}

Spec spec_for(std::string const& operation, std::string const& region, json::Value const& body) {
  Spec spec;
  spec.service = Service::cloudwatch;
  spec.operation = operation;
  spec.kind = Kind::read;
  spec.region = region;
  spec.method = "POST";
  spec.headers.set("Content-Type", "application/x-amz-json-1.0");
  spec.headers.set("X-Amz-Target", "GraniteServiceVersion20100801." + operation);
  spec.body = body.dump();
  return spec;
}

void append(json::Value const& list, std::vector<AlarmState>& out) {
  for (json::Value const& each : list.items()) {
    AlarmState alarm{each["AlarmName"].as_string(), each["StateValue"].as_string(),
                     each["StateReason"].as_string(), std::nullopt};
    json::Value const& updated = each["StateUpdatedTimestamp"];
    if (updated.is_number()) alarm.updated = from_millis(std::llround(updated.as_double() * 1000));
    out.push_back(std::move(alarm));
  }
}

}  // namespace

Answer<MetricAnswer> CloudWatch::get_metric_data(std::vector<MetricQuery> const& queries,
                                                 Time start, Time end) {
  json::Value body{{"MetricDataQueries", json::Value(json::Array{})},
                   {"StartTime", epoch(start)},
                   {"EndTime", epoch(end)},
                   {"ScanBy", "TimestampAscending"}};
  MetricAnswer out;
  json::Value asked(json::Array{});
  for (MetricQuery const& query : queries) {
    asked.push(to_json(query));
    if (query.returned) out.results.push_back({query.id, query.label, {}, {}});
  }
  body.set("MetricDataQueries", std::move(asked));
  ENSURE(queries.size() <= most_queries);

  for (int page = 0; page < most_pages; ++page) {
    Spec spec = spec_for("GetMetricData", region_, body);
    auto answer = call_json(caller_, spec);
    if (!answer) return std::unexpected(std::move(answer.error()));
    append(*answer, out);
    std::string const& next = (*answer)["NextToken"].as_string();
    if (next.empty()) {
      for (MetricResult& result : out.results)
        std::ranges::sort(result.points, {}, &MetricPoint::time);
      return out;
    }
    body.set("NextToken", next);
  }
  return unreadable(spec_for("GetMetricData", region_, body), "the answer does not end");
}

Answer<std::vector<AlarmState>> CloudWatch::describe_alarms(std::vector<std::string> const& names) {
  ENSURE(names.size() <= most_alarm_names);
  std::vector<AlarmState> out;
  if (names.empty()) return out;
  json::Value body{{"AlarmNames", json::array_of(names)},
                   {"AlarmTypes", json::array({"MetricAlarm", "CompositeAlarm"})},
                   {"MaxRecords", static_cast<std::int64_t>(most_alarm_names)}};
  Spec spec;
  for (int page = 0; page < most_pages; ++page) {
    spec = spec_for("DescribeAlarms", region_, body);
    spec.resource = names.size() == 1 ? names.front() : std::to_string(names.size()) + " alarms";
    auto answer = call_json(caller_, spec);
    if (!answer) return std::unexpected(std::move(answer.error()));
    append((*answer)["MetricAlarms"], out);
    append((*answer)["CompositeAlarms"], out);
    std::string const& next = (*answer)["NextToken"].as_string();
    if (next.empty()) return out;
    body.set("NextToken", next);
  }
  return unreadable(spec, "the answer does not end");
}

}  // namespace sluice::aws
