#include "local/model/cloudwatch_alarms.hpp"

#include <algorithm>

namespace sluice::local {
namespace {

constexpr std::pair<AlarmValue, std::string_view> values[] = {
    {AlarmValue::ok, "OK"},
    {AlarmValue::alarm, "ALARM"},
    {AlarmValue::insufficient_data, "INSUFFICIENT_DATA"}};
constexpr std::pair<Comparison, std::string_view> comparisons[] = {
    {Comparison::greater_or_equal, "GreaterThanOrEqualToThreshold"},
    {Comparison::greater, "GreaterThanThreshold"},
    {Comparison::less, "LessThanThreshold"},
    {Comparison::less_or_equal, "LessThanOrEqualToThreshold"}};
constexpr std::pair<MissingData, std::string_view> treatments[] = {
    {MissingData::missing, "missing"},
    {MissingData::ignore, "ignore"},
    {MissingData::breaching, "breaching"},
    {MissingData::not_breaching, "notBreaching"}};

template <class T, std::size_t N>
std::string_view name_in(std::pair<T, std::string_view> const (&table)[N], T value) {
  for (auto const& [each, name] : table)
    if (each == value) return name;
  return {};
}

template <class T, std::size_t N>
std::optional<T> value_in(std::pair<T, std::string_view> const (&table)[N], std::string_view text) {
  for (auto const& [each, name] : table)
    if (name == text) return each;
  return {};
}

Fault unknown_alarm(std::string const& name) {
  return {404, "ResourceNotFound", "There is no alarm called '" + name + "'."};
}

bool has_action(AlarmDefinition const& alarm, std::string_view prefix) {
  for (auto const* list :
       {&alarm.ok_actions, &alarm.alarm_actions, &alarm.insufficient_data_actions})
    for (auto const& action : *list)
      if (action.starts_with(prefix)) return true;
  return false;
}

std::vector<std::string> texts_of(json::Value const& list) {
  std::vector<std::string> out;
  for (auto const& item : list.items()) out.push_back(item.as_string());
  return out;
}

json::Value save_definition(AlarmDefinition const& it) {
  json::Value out{{"account", it.metric.account},
                  {"region", it.metric.region},
                  {"name", it.name},
                  {"namespace", it.metric.name_space},
                  {"metric", it.metric.name},
                  {"dimensions", json::object_of(it.metric.dimensions)},
                  {"statistic", it.statistic_name},
                  {"unit", it.unit},
                  {"period", static_cast<std::int64_t>(it.period.count())},
                  {"evaluation_periods", it.evaluation_periods},
                  {"threshold", it.threshold},
                  {"comparison", name_of(it.comparison)},
                  {"actions_enabled", it.actions_enabled},
                  {"ok_actions", json::array_of(it.ok_actions)},
                  {"alarm_actions", json::array_of(it.alarm_actions)},
                  {"insufficient_data_actions", json::array_of(it.insufficient_data_actions)},
                  {"tags", json::object_of(it.tags)}};
  if (it.description) out.set("description", *it.description);
  if (it.datapoints_to_alarm) out.set("datapoints_to_alarm", *it.datapoints_to_alarm);
  if (it.missing) out.set("missing", name_of(*it.missing));
  return out;
}

AlarmDefinition load_definition(json::Value const& saved) {
  AlarmDefinition it;
  it.name = saved["name"].as_string();
  it.metric = {saved["account"].as_string(),
               saved["region"].as_string(),
               saved["namespace"].as_string(),
               saved["metric"].as_string(),
               {}};
  for (auto const& [name, value] : saved["dimensions"].members())
    it.metric.dimensions.emplace(name, value.as_string());
  it.statistic_name = saved["statistic"].as_string();
  if (auto statistic = parse_statistic(it.statistic_name)) it.statistic = *statistic;
  it.unit = saved["unit"].as_string();
  it.period = std::chrono::seconds(std::max<std::int64_t>(60, saved["period"].as_int()));
  it.evaluation_periods = std::max<std::int64_t>(1, saved["evaluation_periods"].as_int());
  it.threshold = saved["threshold"].as_double();
  it.comparison =
      comparison_of(saved["comparison"].as_string()).value_or(Comparison::greater_or_equal);
  it.actions_enabled = saved["actions_enabled"].as_bool(true);
  it.ok_actions = texts_of(saved["ok_actions"]);
  it.alarm_actions = texts_of(saved["alarm_actions"]);
  it.insufficient_data_actions = texts_of(saved["insufficient_data_actions"]);
  for (auto const& [name, value] : saved["tags"].members())
    it.tags.emplace(name, value.as_string());
  if (saved.contains("description")) it.description = saved["description"].as_string();
  if (saved.contains("datapoints_to_alarm"))
    it.datapoints_to_alarm = saved["datapoints_to_alarm"].as_int();
  it.missing = missing_data_of(saved["missing"].as_string());
  return it;
}

}  // namespace

std::string_view name_of(AlarmValue value) { return name_in(values, value); }
std::string_view name_of(Comparison comparison) { return name_in(comparisons, comparison); }
std::string_view name_of(MissingData missing) { return name_in(treatments, missing); }
std::optional<AlarmValue> alarm_value(std::string_view name) { return value_in(values, name); }
std::optional<Comparison> comparison_of(std::string_view name) {
  return value_in(comparisons, name);
}
std::optional<MissingData> missing_data_of(std::string_view name) {
  return value_in(treatments, name);
}

Outcome<void> CloudWatchAlarms::put(AlarmDefinition definition, Time now) {
  auto const& [account, region] = std::tie(definition.metric.account, definition.metric.region);
  Key const key{account, region, definition.name};
  auto at = alarms_.find(key);
  if (at == alarms_.end()) {
    auto const first = alarms_.lower_bound({account, region, {}});
    auto const last = std::find_if(first, alarms_.end(), [&](auto const& entry) {
      return std::get<0>(entry.first) != account || std::get<1>(entry.first) != region;
    });
    if (static_cast<std::size_t>(std::distance(first, last)) >= max_alarms)
      return refuse(400, "LimitExceeded", "An account has at most 5000 alarms in a Region.");
    Alarm alarm;
    alarm.reason = "Unchecked: Initial alarm creation";
    alarm.updated = alarm.transitioned = alarm.evaluated = now;
    at = alarms_.emplace(key, std::move(alarm)).first;
  }
  at->second.definition = std::move(definition);
  at->second.configured = now;
  return {};
}

std::vector<Alarm const*> CloudWatchAlarms::find(std::string const& account,
                                                 std::string const& region, Filter const& filter,
                                                 CloudWatch& metrics, Time now) {
  std::vector<Alarm const*> found;
  auto const from = filter.names.empty() ? filter.prefix : std::string();
  for (auto at = alarms_.lower_bound({account, region, from}); at != alarms_.end(); ++at) {
    auto& [key, alarm] = *at;
    if (std::get<0>(key) != account || std::get<1>(key) != region) break;
    auto const& name = std::get<2>(key);
    if (!name.starts_with(filter.prefix)) break;
    if (!filter.names.empty() && std::ranges::find(filter.names, name) == filter.names.end())
      continue;
    if (!filter.action_prefix.empty() && !has_action(alarm.definition, filter.action_prefix))
      continue;
    evaluate(alarm, metrics, now);
    if (!filter.value || alarm.value == *filter.value) found.push_back(&alarm);
  }
  return found;
}

Outcome<void> CloudWatchAlarms::set_state(std::string const& account, std::string const& region,
                                          std::string const& name, AlarmValue value,
                                          std::string reason, std::string reason_data, Time now) {
  auto const found = alarms_.find({account, region, name});
  if (found == alarms_.end()) return std::unexpected(unknown_alarm(name));
  auto& alarm = found->second;
  if (alarm.value != value) alarm.transitioned = now;
  alarm.value = value;
  alarm.reason = std::move(reason);
  alarm.reason_data = std::move(reason_data);
  alarm.updated = now;
  alarm.held_until = now + alarm.definition.period;
  return {};
}

Outcome<void> CloudWatchAlarms::remove(std::string const& account, std::string const& region,
                                       std::vector<std::string> const& names) {
  for (auto const& name : names)
    if (!alarms_.contains({account, region, name})) return std::unexpected(unknown_alarm(name));
  for (auto const& name : names) alarms_.erase({account, region, name});
  return {};
}

void CloudWatchAlarms::enable_actions(std::string const& account, std::string const& region,
                                      std::vector<std::string> const& names, bool enabled) {
  for (auto const& name : names)
    if (auto found = alarms_.find({account, region, name}); found != alarms_.end())
      found->second.definition.actions_enabled = enabled;
}

json::Value CloudWatchAlarms::save() const {
  json::Value out = json::array({});
  for (auto const& [key, alarm] : alarms_)
    out.push(json::Value{{"definition", save_definition(alarm.definition)},
                         {"value", name_of(alarm.value)},
                         {"reason", alarm.reason},
                         {"reason_data", alarm.reason_data},
                         {"configured", to_millis(alarm.configured)},
                         {"updated", to_millis(alarm.updated)},
                         {"transitioned", to_millis(alarm.transitioned)},
                         {"evaluated", to_millis(alarm.evaluated)},
                         {"held_until", to_millis(alarm.held_until)}});
  return out;
}

void CloudWatchAlarms::load(json::Value const& saved) {
  alarms_.clear();
  for (auto const& item : saved.items()) {
    Alarm alarm;
    alarm.definition = load_definition(item["definition"]);
    alarm.value = alarm_value(item["value"].as_string()).value_or(AlarmValue::insufficient_data);
    alarm.reason = item["reason"].as_string();
    alarm.reason_data = item["reason_data"].as_string();
    alarm.configured = from_millis(item["configured"].as_int());
    alarm.updated = from_millis(item["updated"].as_int());
    alarm.transitioned = from_millis(item["transitioned"].as_int());
    alarm.evaluated = from_millis(item["evaluated"].as_int());
    alarm.held_until = from_millis(item["held_until"].as_int());
    Key key{alarm.definition.metric.account, alarm.definition.metric.region, alarm.definition.name};
    alarms_.insert_or_assign(std::move(key), std::move(alarm));
  }
}

}  // namespace sluice::local
