#include "local/wire/cloudwatch_alarms.hpp"

#include "base/hash.hpp"
#include "base/strings.hpp"
#include "local/wire/cloudwatch_input.hpp"

namespace sluice::local {
namespace {

constexpr std::size_t max_names = 100;    // CloudWatch API, DescribeAlarms and DeleteAlarms
constexpr std::size_t max_records = 100;  // CloudWatch API, DescribeAlarms
constexpr std::size_t usual_records = 50;
constexpr std::size_t max_reason = 1023;  // CloudWatch API, SetAlarmState

std::unexpected<Fault> invalid(std::string message) {
  return refuse(400, "ValidationError", std::move(message));
}

std::string arn_of(AlarmDefinition const& alarm) {
  return "arn:aws:cloudwatch:" + alarm.metric.region + ":" + alarm.metric.account +
         ":alarm:" + alarm.name;
}

json::Value time_of(Time time, bool as_text) {
  if (as_text) return rfc3339(time);
  return static_cast<double>(to_millis(time)) / 1000;
}

json::Value describe(Alarm const& alarm, bool as_text) {
  auto const& it = alarm.definition;
  json::Value dimensions = json::array({});
  for (auto const& [name, value] : it.metric.dimensions)
    dimensions.push(json::Value{{"Name", name}, {"Value", value}});
  json::Value out{{"AlarmName", it.name},
                  {"AlarmArn", arn_of(it)},
                  {"AlarmConfigurationUpdatedTimestamp", time_of(alarm.configured, as_text)},
                  {"ActionsEnabled", it.actions_enabled},
                  {"OKActions", json::array_of(it.ok_actions)},
                  {"AlarmActions", json::array_of(it.alarm_actions)},
                  {"InsufficientDataActions", json::array_of(it.insufficient_data_actions)},
                  {"StateValue", name_of(alarm.value)},
                  {"StateReason", alarm.reason},
                  {"StateUpdatedTimestamp", time_of(alarm.updated, as_text)},
                  {"StateTransitionedTimestamp", time_of(alarm.transitioned, as_text)},
                  {"MetricName", it.metric.name},
                  {"Namespace", it.metric.name_space},
                  {"Dimensions", std::move(dimensions)},
                  {"Period", static_cast<std::int64_t>(it.period.count())},
                  {"EvaluationPeriods", it.evaluation_periods},
                  {"Threshold", it.threshold},
                  {"ComparisonOperator", name_of(it.comparison)}};
  bool const percentile = it.statistic.kind == Statistic::Kind::percentile;
  out.set(percentile ? "ExtendedStatistic" : "Statistic", it.statistic_name);
  if (it.description) out.set("AlarmDescription", *it.description);
  if (!alarm.reason_data.empty()) out.set("StateReasonData", alarm.reason_data);
  if (!it.unit.empty()) out.set("Unit", it.unit);
  if (it.datapoints_to_alarm) out.set("DatapointsToAlarm", *it.datapoints_to_alarm);
  if (it.missing) out.set("TreatMissingData", name_of(*it.missing));
  return out;
}

Outcome<std::vector<std::string>> read_names(json::Value const& input) {
  std::vector<std::string> names;
  for (auto const& item : input["AlarmNames"].items()) names.push_back(item.as_string());
  if (names.size() > max_names)
    return invalid(
        "1 validation error detected: Value at 'alarmNames' failed to satisfy constraint: Member "
        "must have length less than or equal to 100");
  return names;
}

Outcome<CloudWatchAlarms::Filter> read_filter(json::Value const& input) {
  CloudWatchAlarms::Filter filter;
  for (auto const* member : {"ChildrenOfAlarmName", "ParentsOfAlarmName"})
    if (input.contains(member))
      return invalid("The local endpoint has no composite alarms (" + std::string(member) + ").");
  auto names = read_names(input);
  if (!names) return std::unexpected(names.error());
  filter.names = std::move(*names);
  filter.prefix = input["AlarmNamePrefix"].as_string();
  filter.action_prefix = input["ActionPrefix"].as_string();
  if (!filter.names.empty() && !filter.prefix.empty())
    return invalid("AlarmNamePrefix and AlarmNames cannot be specified together.");
  auto const& state = input["StateValue"].as_string();
  filter.value = alarm_value(state);
  if (!state.empty() && !filter.value)
    return invalid("1 validation error detected: Value '" + printable(state) +
                   "' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value "
                   "set: [INSUFFICIENT_DATA, ALARM, OK]");
  return filter;
}

/// Composite alarms are none here, so that a call for them alone finds nothing.
bool asks_for_metric_alarms(json::Value const& types) {
  if (types.items().empty()) return true;
  for (auto const& type : types.items())
    if (type.as_string() == "MetricAlarm") return true;
  return false;
}

/// The name that the page before ended with; empty on the first page.
Outcome<std::string> read_token(json::Value const& input) {
  if (!input.contains("NextToken")) return std::string();
  auto const name = decode_base64(input["NextToken"].as_string());
  if (!name || name->empty())
    return refuse(400, "InvalidNextToken", "The NextToken is not one of this endpoint.");
  return *name;
}

Outcome<json::Value> switch_actions(AlarmCall const& it, bool enabled) {
  auto const names = read_names(it.input);
  if (!names) return std::unexpected(names.error());
  it.alarms.enable_actions(it.call.caller.account, it.call.region, *names, enabled);
  return json::Value();
}

}  // namespace

Outcome<json::Value> put_metric_alarm(AlarmCall const& it) {
  auto alarm = read_alarm(it.input);
  if (!alarm) return std::unexpected(alarm.error());
  alarm->metric.account = it.call.caller.account;
  alarm->metric.region = it.call.region;
  if (auto put = it.alarms.put(std::move(*alarm), it.call.now); !put)
    return std::unexpected(put.error());
  return json::Value();
}

Outcome<json::Value> describe_alarms(AlarmCall const& it) {
  auto const filter = read_filter(it.input);
  if (!filter) return std::unexpected(filter.error());
  auto const after = read_token(it.input);
  if (!after) return std::unexpected(after.error());
  auto const wanted = read_number(it.input["MaxRecords"]).value_or(usual_records);
  if (wanted < 1 || wanted > static_cast<double>(max_records))
    return invalid(
        "1 validation error detected: Value at 'maxRecords' failed to satisfy constraint: Member "
        "must have value between 1 and 100");
  json::Value answer{{"CompositeAlarms", json::array({})}};
  json::Value list = json::array({});
  std::vector<Alarm const*> found;
  if (asks_for_metric_alarms(it.input["AlarmTypes"]))
    found =
        it.alarms.find(it.call.caller.account, it.call.region, *filter, it.metrics, it.call.now);
  for (auto const* alarm : found) {
    if (!after->empty() && alarm->definition.name <= *after) continue;
    if (list.items().size() >= static_cast<std::size_t>(wanted)) {
      answer.set("NextToken", base64(list.items().back()["AlarmName"].as_string()));
      break;
    }
    list.push(describe(*alarm, it.as_text));
  }
  answer.set("MetricAlarms", std::move(list));
  return answer;
}

Outcome<json::Value> set_alarm_state(AlarmCall const& it) {
  for (auto const* member : {"AlarmName", "StateValue", "StateReason"})
    if (!it.input.contains(member))
      return invalid("The parameter " + std::string(member) + " is required.");
  auto const filter = read_filter(json::Value{{"StateValue", it.input["StateValue"]}});
  if (!filter) return std::unexpected(filter.error());
  auto const& reason = it.input["StateReason"].as_string();
  if (!filter->value || reason.size() > max_reason)
    return invalid("StateValue must be a state, and StateReason at most 1023 characters long.");
  auto const& data = it.input["StateReasonData"].as_string();
  if (!data.empty() && !json::parse(data))
    return refuse(400, "InvalidFormat", "StateReasonData is not valid JSON.");
  auto const set =
      it.alarms.set_state(it.call.caller.account, it.call.region, it.input["AlarmName"].as_string(),
                          *filter->value, reason, data, it.call.now);
  if (!set) return std::unexpected(set.error());
  return json::Value();
}

Outcome<json::Value> delete_alarms(AlarmCall const& it) {
  auto const names = read_names(it.input);
  if (!names) return std::unexpected(names.error());
  auto const removed = it.alarms.remove(it.call.caller.account, it.call.region, *names);
  if (!removed) return std::unexpected(removed.error());
  return json::Value();
}

Outcome<json::Value> enable_alarm_actions(AlarmCall const& it) { return switch_actions(it, true); }
Outcome<json::Value> disable_alarm_actions(AlarmCall const& it) {
  return switch_actions(it, false);
}

Outcome<json::Value> list_alarm_tags(AlarmCall const& it) {
  auto const& arn = it.input["ResourceARN"].as_string();
  constexpr std::string_view marker = ":alarm:";
  auto const at = arn.find(marker);
  std::vector<Alarm const*> found;
  if (at != std::string::npos) {
    CloudWatchAlarms::Filter filter;
    filter.names.push_back(arn.substr(at + marker.size()));
    found = it.alarms.find(it.call.caller.account, it.call.region, filter, it.metrics, it.call.now);
  }
  if (found.empty() || arn_of(found.front()->definition) != arn)
    return refuse(404, "ResourceNotFoundException", "There is no alarm " + printable(arn) + ".");
  json::Value tags = json::array({});
  for (auto const& [key, value] : found.front()->definition.tags)
    tags.push(json::Value{{"Key", key}, {"Value", value}});
  return json::Value{{"Tags", std::move(tags)}};
}

}  // namespace sluice::local
