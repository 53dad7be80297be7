#include <algorithm>
#include <cmath>

#include "base/strings.hpp"
#include "local/wire/cloudwatch_alarms.hpp"
#include "local/wire/cloudwatch_input.hpp"

namespace sluice::local {
namespace {

constexpr std::size_t max_actions = 5;  // CloudWatch API, PutMetricAlarm
constexpr std::size_t max_tags = 50;
constexpr std::int64_t day = 86'400;

std::unexpected<Fault> invalid(std::string message) {
  return refuse(400, "ValidationError", std::move(message));
}

/// In the words of AWS's own checks of shapes. `member` as the API documents it: "AlarmName".
std::unexpected<Fault> violated(std::string member, std::string const& value,
                                std::string const& constraint) {
  member.front() = static_cast<char>(member.front() - 'A' + 'a');
  return invalid("1 validation error detected: Value " + value + " at '" + member +
                 "' failed to satisfy constraint: Member must " + constraint);
}

std::string named(std::string const& text) { return "'" + printable(text) + "'"; }

/// Text of `least` to `most` characters; absent is allowed only where `least` is 0.
Outcome<std::string> read_text(json::Value const& input, char const* member, std::size_t least,
                               std::size_t most) {
  auto const& text = input[member].as_string();
  if (!input.contains(member) && least > 0) return violated(member, "null", "not be null");
  if (text.size() < least)
    return violated(member, named(text),
                    "have length greater than or equal to " + std::to_string(least));
  if (text.size() > most)
    return violated(member, named(text),
                    "have length less than or equal to " + std::to_string(most));
  return text;
}

Outcome<std::int64_t> read_count(json::Value const& input, char const* member) {
  if (!input.contains(member)) return violated(member, "null", "not be null");
  auto const number = read_number(input[member]);
  if (!number || std::fmod(*number, 1) != 0 || *number > 1e9)
    return invalid(std::string(member) + " must be a whole number.");
  if (*number < 1)
    return violated(member, named(std::to_string(static_cast<std::int64_t>(*number))),
                    "have value greater than or equal to 1");
  return static_cast<std::int64_t>(*number);
}

Outcome<std::vector<std::string>> read_actions(json::Value const& input, char const* member) {
  std::vector<std::string> out;
  for (auto const& item : input[member].items()) out.push_back(item.as_string());
  if (out.size() > max_actions)
    return violated(member, named(join(out, ", ")), "have length less than or equal to 5");
  for (auto const& action : out)
    if (!action.starts_with("arn:"))
      return invalid("Invalid arn syntax in " + std::string(member) + ": " + printable(action));
  return out;
}

/// Of what CloudWatch can and the endpoint cannot, each with what to do instead.
Outcome<void> refuse_what_is_not_served(json::Value const& input) {
  for (auto const* member : {"Metrics", "ThresholdMetricId"})
    if (input.contains(member))
      return invalid("The local endpoint does not compute metric math (" + std::string(member) +
                     "): give the alarm one metric with MetricName, Namespace and Statistic.");
  for (auto const* member : {"EvaluationCriteria", "EvaluationInterval"})
    if (input.contains(member))
      return invalid("The local endpoint has no PromQL alarms (" + std::string(member) + ").");
  if (input["EvaluateLowSampleCountPercentile"].as_string() == "ignore")
    return invalid(
        "The local endpoint evaluates percentiles however few samples there are: leave "
        "EvaluateLowSampleCountPercentile out, or set it to 'evaluate'.");
  return {};
}

Outcome<void> read_metric(json::Value const& input, AlarmDefinition& alarm) {
  auto name = read_text(input, "MetricName", 1, 255);
  if (!name) return std::unexpected(name.error());
  auto name_space = read_text(input, "Namespace", 1, 255);
  if (!name_space) return std::unexpected(name_space.error());
  auto dimensions = read_dimensions(input["Dimensions"]);
  if (!dimensions) return std::unexpected(dimensions.error());
  alarm.metric.name = std::move(*name);
  alarm.metric.name_space = std::move(*name_space);
  alarm.metric.dimensions = std::move(*dimensions);
  alarm.unit = input["Unit"].as_string();
  if (alarm.unit.empty()) return {};
  // The metrics of functions have one unit each; of what is put here by hand none is kept.
  bool const time = alarm.metric.name == "Duration";
  if (alarm.metric.name_space != "AWS/Lambda" || alarm.unit != (time ? "Milliseconds" : "Count"))
    return invalid(
        "The local endpoint keeps no units of metrics, and would never find data of the Unit " +
        named(alarm.unit) + ": leave Unit out.");
  return {};
}

Outcome<void> read_statistic(json::Value const& input, AlarmDefinition& alarm) {
  bool const extended = input.contains("ExtendedStatistic");
  if (extended == input.contains("Statistic"))
    return invalid(
        "Exactly one of the parameters Statistic and ExtendedStatistic must be specified.");
  alarm.statistic_name = input[extended ? "ExtendedStatistic" : "Statistic"].as_string();
  auto statistic = parse_statistic(alarm.statistic_name);
  bool const percentile = statistic && statistic->kind == Statistic::Kind::percentile;
  if (!extended && (!statistic || percentile))
    return violated("Statistic", named(alarm.statistic_name),
                    "satisfy enum value set: [Maximum, SampleCount, Sum, Minimum, Average]");
  if (!statistic) return std::unexpected(statistic.error());
  if (extended && !percentile)
    return invalid("The value " + named(alarm.statistic_name) +
                   " for parameter ExtendedStatistic is not supported.");
  alarm.statistic = *statistic;
  return {};
}

Outcome<void> read_periods(json::Value const& input, AlarmDefinition& alarm) {
  auto const period = read_count(input, "Period");
  if (!period) return std::unexpected(period.error());
  auto const periods = read_count(input, "EvaluationPeriods");
  if (!periods) return std::unexpected(periods.error());
  if (*period == 10 || *period == 20 || *period == 30)
    return invalid("The local endpoint keeps one-minute data: Period must be a multiple of 60.");
  if (*period % 60 != 0) return invalid("Period must be 10, 20, 30 or a multiple of 60.");
  if (*period > day || *periods > day / *period)
    return invalid(
        "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= "
        "86400).");
  alarm.period = std::chrono::seconds(*period);
  alarm.evaluation_periods = *periods;
  if (!input.contains("DatapointsToAlarm")) return {};
  auto const needed = read_count(input, "DatapointsToAlarm");
  if (!needed) return std::unexpected(needed.error());
  if (*needed > *periods)
    return invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods");
  alarm.datapoints_to_alarm = *needed;
  return {};
}

Outcome<void> read_comparison(json::Value const& input, AlarmDefinition& alarm) {
  auto const& name = input["ComparisonOperator"].as_string();
  if (name.empty()) return violated("ComparisonOperator", "null", "not be null");
  auto const comparison = comparison_of(name);
  bool const of_a_band = name == "LessThanLowerOrGreaterThanUpperThreshold" ||
                         name == "LessThanLowerThreshold" || name == "GreaterThanUpperThreshold";
  if (of_a_band)
    return invalid("The local endpoint has no anomaly detection: " + name +
                   " needs it. Compare with a fixed Threshold.");
  if (!comparison)
    return violated("ComparisonOperator", named(name),
                    "satisfy enum value set: [GreaterThanOrEqualToThreshold, "
                    "GreaterThanThreshold, LessThanThreshold, LessThanOrEqualToThreshold, "
                    "LessThanLowerOrGreaterThanUpperThreshold, LessThanLowerThreshold, "
                    "GreaterThanUpperThreshold]");
  auto const threshold = read_number(input["Threshold"]);
  if (!threshold) return invalid("The parameter Threshold is required and must be a number.");
  alarm.comparison = *comparison;
  alarm.threshold = *threshold;
  auto const& missing = input["TreatMissingData"].as_string();
  alarm.missing = missing_data_of(missing);
  if (!missing.empty() && !alarm.missing)
    return invalid("The value " + named(missing) +
                   " for parameter TreatMissingData is not supported: it must be one of "
                   "[breaching, notBreaching, ignore, missing].");
  return {};
}

Outcome<void> read_rest(json::Value const& input, AlarmDefinition& alarm) {
  auto const& enabled = input["ActionsEnabled"];
  alarm.actions_enabled = enabled.is_bool() ? enabled.as_bool() : enabled.as_string() != "false";
  for (auto const& [member, list] :
       {std::pair{"OKActions", &alarm.ok_actions}, std::pair{"AlarmActions", &alarm.alarm_actions},
        std::pair{"InsufficientDataActions", &alarm.insufficient_data_actions}}) {
    auto actions = read_actions(input, member);
    if (!actions) return std::unexpected(actions.error());
    *list = std::move(*actions);
  }
  for (auto const& tag : input["Tags"].items())
    alarm.tags[tag["Key"].as_string()] = tag["Value"].as_string();
  if (alarm.tags.size() > max_tags) return invalid("An alarm can have at most 50 tags.");
  return {};
}

}  // namespace

Outcome<AlarmDefinition> read_alarm(json::Value const& input) {
  AlarmDefinition alarm;
  auto name = read_text(input, "AlarmName", 1, 255);
  if (!name) return std::unexpected(name.error());
  alarm.name = std::move(*name);
  if (std::ranges::any_of(alarm.name, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
    return invalid("AlarmName must not contain control characters.");
  auto description = read_text(input, "AlarmDescription", 0, 1024);
  if (!description) return std::unexpected(description.error());
  if (input.contains("AlarmDescription")) alarm.description = std::move(*description);
  if (auto served = refuse_what_is_not_served(input); !served)
    return std::unexpected(served.error());
  for (auto* read : {read_metric, read_statistic, read_periods, read_comparison, read_rest})
    if (auto done = read(input, alarm); !done) return std::unexpected(done.error());
  return alarm;
}

}  // namespace sluice::local
