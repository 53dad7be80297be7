#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/strings.hpp"
#include "local/wire/cloudwatch_input.hpp"

namespace sluice::local {
namespace {

constexpr std::size_t max_queries = 500;         // CloudWatch API, GetMetricData
constexpr std::size_t max_datapoints = 100'800;  // CloudWatch API, MaxDatapoints
constexpr std::size_t max_data = 1000;           // CloudWatch API, PutMetricData
constexpr std::size_t max_values = 150;          // CloudWatch API, MetricDatum Values

std::unexpected<Fault> invalid(std::string message) {
  return refuse(400, "ValidationError", std::move(message));
}

struct Query {
  std::string id, label;
  MetricKey key;
  Statistic statistic;
  std::chrono::seconds period{};
  bool returned = true;
};

bool is_query_id(std::string_view id) {
  auto rest = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !id.empty() && id.size() <= 255 && id.front() >= 'a' && id.front() <= 'z' &&
         std::all_of(id.begin(), id.end(), rest);
}

/// Absent: true.
bool read_flag(json::Value const& value) {
  return value.is_bool() ? value.as_bool() : value.as_string() != "false";
}

Outcome<Query> read_query(json::Value const& item, Call const& call) {
  Query query;
  query.id = item["Id"].as_string();
  if (!is_query_id(query.id))
    return invalid("The Id '" + printable(query.id) + "' does not match [a-z][a-zA-Z0-9_]*.");
  if (item.contains("Expression"))
    return invalid("The local endpoint does not compute metric math (Expression of '" + query.id +
                   "'): ask for each metric with MetricStat and combine the values yourself.");
  auto const& stat = item["MetricStat"];
  auto const& metric = stat["Metric"];
  auto dimensions = read_dimensions(metric["Dimensions"]);
  if (!dimensions) return std::unexpected(dimensions.error());
  query.key = {call.caller.account, call.region, metric["Namespace"].as_string(),
               metric["MetricName"].as_string(), std::move(*dimensions)};
  if (query.key.name_space.empty() || query.key.name.empty())
    return invalid("The query '" + query.id + "' needs a Namespace and a MetricName.");
  auto const statistic = parse_statistic(stat["Stat"].as_string());
  if (!statistic) return std::unexpected(statistic.error());
  query.statistic = *statistic;
  auto const period = read_number(stat["Period"]);
  if (!period || *period < 60 || *period > 86'400 * 30 || std::fmod(*period, 60) != 0)
    return invalid("The Period of '" + query.id +
                   "' must be a multiple of 60 seconds: the local endpoint keeps one-minute data.");
  query.period = std::chrono::seconds(static_cast<std::int64_t>(*period));
  query.label = item["Label"].is_string() ? item["Label"].as_string() : query.key.name;
  query.returned = read_flag(item["ReturnData"]);
  return query;
}

/// How many datapoints were given out on the pages before.
Outcome<std::size_t> read_token(json::Value const& token) {
  auto const& text = token.as_string();
  std::size_t skipped = 0;
  auto const* end = text.data() + text.size();
  auto const read = std::from_chars(text.data(), end, skipped);
  if (!text.empty() && (read.ec != std::errc() || read.ptr != end))
    return refuse(400, "InvalidNextToken", "The NextToken is not one of this endpoint.");
  return skipped;
}

Outcome<std::vector<Query>> read_queries(json::Value const& list, Call const& call) {
  if (list.items().empty() || list.items().size() > max_queries)
    return invalid("MetricDataQueries must hold 1 to 500 queries.");
  std::vector<Query> queries;
  for (auto const& item : list.items()) {
    auto query = read_query(item, call);
    if (!query) return std::unexpected(query.error());
    for (auto const& other : queries)
      if (other.id == query->id) return invalid("The Id '" + query->id + "' stands twice.");
    queries.push_back(std::move(*query));
  }
  return queries;
}

}  // namespace

Outcome<json::Value> get_metric_data(CloudWatch& metrics, Call const& call,
                                     json::Value const& input, bool times_as_text) {
  auto const start = read_time(input["StartTime"]);
  auto const end = read_time(input["EndTime"]);
  if (!start || !end) return invalid("StartTime and EndTime are required times.");
  if (*start >= *end) return invalid("The parameter StartTime must be less than EndTime.");
  auto const queries = read_queries(input["MetricDataQueries"], call);
  if (!queries) return std::unexpected(queries.error());
  auto skip = read_token(input["NextToken"]);
  if (!skip) return std::unexpected(skip.error());
  auto const wanted = read_number(input["MaxDatapoints"]).value_or(max_datapoints);
  if (wanted < 1 || wanted > max_datapoints) return invalid("MaxDatapoints must be 1 to 100800.");
  auto room = static_cast<std::size_t>(wanted);
  auto const before = *skip;
  bool const ascending = input["ScanBy"].as_string() == "TimestampAscending";

  json::Value results = json::array({});
  bool more = false;
  std::size_t given = 0;
  for (auto const& query : *queries) {
    if (!query.returned) continue;
    auto series = metrics.series(query.key, *start, *end, query.period, query.statistic, call.now);
    if (!ascending) {
      std::reverse(series.timestamps.begin(), series.timestamps.end());
      std::reverse(series.values.begin(), series.values.end());
    }
    auto const size = series.values.size();
    auto const from = std::min(*skip, size);
    auto const count = std::min(room, size - from);
    *skip -= from;
    json::Value times = json::array({});
    json::Value values = json::array({});
    for (std::size_t i = from; i < from + count; ++i) {
      auto const time = series.timestamps[i];
      times.push(times_as_text ? json::Value(rfc3339(time)) : json::Value(to_millis(time) / 1000));
      values.push(series.values[i]);
    }
    room -= count;
    given += count;
    bool const cut = from + count < size;
    more = more || cut;
    results.push(json::Value{{"Id", query.id},
                             {"Label", query.label},
                             {"Timestamps", std::move(times)},
                             {"Values", std::move(values)},
                             {"StatusCode", cut ? "PartialData" : "Complete"}});
  }
  json::Value answer{{"MetricDataResults", std::move(results)}, {"Messages", json::array({})}};
  if (more) answer.set("NextToken", std::to_string(before + given));
  return answer;
}

namespace {

Outcome<Aggregate> read_values(json::Value const& datum) {
  Aggregate data;
  if (datum.contains("StatisticValues")) {
    auto const& set = datum["StatisticValues"];
    auto const count = read_number(set["SampleCount"]);
    auto const sum = read_number(set["Sum"]);
    auto const minimum = read_number(set["Minimum"]);
    auto const maximum = read_number(set["Maximum"]);
    if (!count || !sum || !minimum || !maximum || *count <= 0)
      return refuse(400, "InvalidParameterValue", "StatisticValues is not complete.");
    data.add_set(*count, *sum, *minimum, *maximum);
    return data;
  }
  if (datum.contains("Values")) {
    auto const& values = datum["Values"].items();
    auto const& counts = datum["Counts"].items();
    if (values.size() > max_values || (!counts.empty() && counts.size() != values.size()))
      return refuse(400, "InvalidParameterValue",
                    "Values holds up to 150 numbers, and Counts as many as Values.");
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto const value = read_number(values[i]);
      auto const count = counts.empty() ? 1.0 : read_number(counts[i]);
      if (!value || !count || *count <= 0)
        return refuse(400, "InvalidParameterValue", "Values and Counts must be numbers.");
      data.add(*value, *count);
    }
    return data;
  }
  auto const value = read_number(datum["Value"]);
  if (!value)
    return refuse(400, "MissingParameter",
                  "At least one of the parameters Value, Values and StatisticValues is required.");
  data.add(*value, 1);
  return data;
}

}  // namespace

Outcome<void> put_metric_data(CloudWatch& metrics, Call const& call, json::Value const& input) {
  auto const& name_space = input["Namespace"].as_string();
  if (name_space.empty() || name_space.starts_with("AWS/"))
    return refuse(400, "InvalidParameterValue",
                  "The value " + name_space + " for parameter Namespace is invalid.");
  auto const& data = input["MetricData"].items();
  if (input.contains("EntityMetricData"))
    return refuse(501, "NotImplemented",
                  "The local endpoint does not serve PutMetricData with EntityMetricData.");
  if (data.size() > max_data) return invalid("MetricData holds at most 1000 data.");
  std::vector<std::tuple<MetricKey, Time, Aggregate>> ready;
  for (auto const& datum : data) {
    auto dimensions = read_dimensions(datum["Dimensions"]);
    if (!dimensions) return std::unexpected(dimensions.error());
    auto values = read_values(datum);
    if (!values) return std::unexpected(values.error());
    auto const time = datum.contains("Timestamp") ? read_time(datum["Timestamp"]) : call.now;
    if (datum["MetricName"].as_string().empty() || !time)
      return refuse(400, "InvalidParameterValue", "A datum needs a MetricName and a valid time.");
    ready.emplace_back(MetricKey{call.caller.account, call.region, name_space,
                                 datum["MetricName"].as_string(), std::move(*dimensions)},
                       *time, std::move(*values));
  }
  // All or nothing: what was refused above has left no trace.
  for (auto const& [key, time, values] : ready) metrics.add_set(key, time, values, call.now);
  return {};
}

Outcome<json::Value> list_metrics(CloudWatch& metrics, Call const& call, json::Value const& input) {
  constexpr std::size_t page_size = 500;
  auto skip = read_token(input["NextToken"]);
  if (!skip) return std::unexpected(skip.error());
  auto const& name = input["MetricName"].as_string();
  json::Value list = json::array({});
  std::size_t position = 0;
  json::Value answer{json::Object{}};
  for (auto const& key : metrics.metrics(call.caller.account, call.region,
                                         input["Namespace"].as_string(), call.now)) {
    if (!name.empty() && key.name != name) continue;
    bool fits = true;
    for (auto const& filter : input["Dimensions"].items()) {
      auto const at = key.dimensions.find(filter["Name"].as_string());
      auto const& value = filter["Value"].as_string();
      fits = fits && at != key.dimensions.end() && (value.empty() || at->second == value);
    }
    if (!fits || position++ < *skip) continue;
    if (list.items().size() == page_size) {
      answer.set("NextToken", std::to_string(*skip + page_size));
      break;
    }
    json::Value dimensions = json::array({});
    for (auto const& [dimension, value] : key.dimensions)
      dimensions.push(json::Value{{"Name", dimension}, {"Value", value}});
    list.push(json::Value{{"Namespace", key.name_space},
                          {"MetricName", key.name},
                          {"Dimensions", std::move(dimensions)}});
  }
  answer.set("Metrics", std::move(list));
  return answer;
}

}  // namespace sluice::local
