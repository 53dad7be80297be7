#pragma once

#include <optional>
#include <tuple>

#include "local/model/cloudwatch.hpp"

namespace sluice::local {

enum class AlarmValue { ok, alarm, insufficient_data };
std::string_view name_of(AlarmValue value);  ///< "OK", "ALARM", "INSUFFICIENT_DATA"
std::optional<AlarmValue> alarm_value(std::string_view name);

enum class Comparison { greater_or_equal, greater, less, less_or_equal };
enum class MissingData { missing, ignore, breaching, not_breaching };
/// The operators that compare with one fixed threshold.
std::optional<Comparison> comparison_of(std::string_view name);
std::string_view name_of(Comparison comparison);  ///< "GreaterThanThreshold" …
std::optional<MissingData> missing_data_of(std::string_view name);
std::string_view name_of(MissingData missing);  ///< "missing", "notBreaching" …

/// What PutMetricAlarm says, already checked (CloudWatch API, PutMetricAlarm). Absent members are
/// told apart from given ones, because DescribeAlarms leaves them out again.
struct AlarmDefinition {
  std::string name;
  std::optional<std::string> description;
  MetricKey metric;
  std::string statistic_name;  ///< "Sum", "p99": what parse_statistic takes
  Statistic statistic;
  std::string unit;
  std::chrono::seconds period{60};  ///< a multiple of a minute
  std::int64_t evaluation_periods = 1;
  std::optional<std::int64_t> datapoints_to_alarm;  ///< at most `evaluation_periods`
  double threshold = 0;
  Comparison comparison = Comparison::greater;
  std::optional<MissingData> missing;
  bool actions_enabled = true;
  /// Kept and shown; the endpoint itself sends nothing anywhere.
  std::vector<std::string> ok_actions, alarm_actions, insufficient_data_actions;
  std::map<std::string, std::string> tags;

  std::int64_t needed() const { return datapoints_to_alarm.value_or(evaluation_periods); }
  MissingData treat_missing() const { return missing.value_or(MissingData::missing); }
};

/// What an evaluation range of datapoints, oldest first, makes of an alarm.
struct AlarmVerdict {
  AlarmValue value = AlarmValue::insufficient_data;
  std::vector<std::size_t> evaluated;  ///< the datapoints that counted, by their place in the range
  std::int64_t breaching = 0;          ///< of them
  std::int64_t filled = 0;             ///< how many missing ones were filled in besides
};
/// (CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data".) Pure.
AlarmVerdict judge_alarm(AlarmDefinition const& alarm,
                         std::vector<std::optional<double>> const& range, AlarmValue current);

struct Alarm {
  AlarmDefinition definition;
  AlarmValue value = AlarmValue::insufficient_data;
  std::string reason, reason_data;
  Time configured{};    ///< of the last PutMetricAlarm
  Time updated{};       ///< when the state was last written
  Time transitioned{};  ///< when it last became another one
  Time evaluated{};     ///< up to when the metric has been looked at
  Time held_until{};    ///< a state that somebody set stays until then
};

/// The metric alarms of every account and region. Pure: time is given. Alarms are evaluated when
/// they are read, as they would have been at the end of each period since. A running period counts
/// as soon as nothing that follows can undo that it breaches: an alarm on errors goes off at once.
class CloudWatchAlarms {
 public:
  static constexpr std::size_t max_alarms =
      5000;  ///< of one account and region (CloudWatch quotas)
  /// So many ended periods are looked at again when an alarm was not read for long.
  static constexpr std::int64_t most_replayed = 60;

  /// Makes an alarm, or overwrites its configuration and leaves its state. 400 LimitExceeded.
  Outcome<void> put(AlarmDefinition definition, Time now);

  struct Filter {
    std::vector<std::string> names;  ///< none: all
    std::string prefix, action_prefix;
    std::optional<AlarmValue> value;
  };
  /// Evaluated, in the order of their names. Valid until the next change.
  std::vector<Alarm const*> find(std::string const& account, std::string const& region,
                                 Filter const& filter, CloudWatch& metrics, Time now);

  /// Holds for one period of the alarm, until the next comparison. 404 ResourceNotFound.
  Outcome<void> set_state(std::string const& account, std::string const& region,
                          std::string const& name, AlarmValue value, std::string reason,
                          std::string reason_data, Time now);
  /// All or none. 404 ResourceNotFound.
  Outcome<void> remove(std::string const& account, std::string const& region,
                       std::vector<std::string> const& names);
  /// Names that no alarm has are passed over.
  void enable_actions(std::string const& account, std::string const& region,
                      std::vector<std::string> const& names, bool enabled);

  json::Value save() const;
  void load(json::Value const& saved);

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  ///< account, region, name

  std::map<Key, Alarm> alarms_;
};

/// Brings an alarm up to `now`.
void evaluate(Alarm& alarm, CloudWatch& metrics, Time now);

}  // namespace sluice::local
