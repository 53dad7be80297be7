#include <algorithm>

#include "base/strings.hpp"
#include "local/model/cloudwatch_alarms.hpp"

namespace sluice::local {
namespace {

/// CloudWatch looks at some more datapoints than it needs, so that missing ones can be replaced by
/// older real ones. Its own examples have two more.
constexpr std::int64_t spare_datapoints = 2;

bool breaches(AlarmDefinition const& alarm, double value) {
  switch (alarm.comparison) {
    case Comparison::greater_or_equal: return value >= alarm.threshold;
    case Comparison::greater: return value > alarm.threshold;
    case Comparison::less: return value < alarm.threshold;
    case Comparison::less_or_equal: return value <= alarm.threshold;
  }
  return false;
}

/// Whether a period that breaches now still does at its end, whatever is counted until then. What
/// only grows stays over a threshold; counts and sums are taken to grow.
bool stays_breaching(AlarmDefinition const& alarm) {
  using Kind = Statistic::Kind;
  bool over =
      alarm.comparison == Comparison::greater || alarm.comparison == Comparison::greater_or_equal;
  auto const kind = alarm.statistic.kind;
  if (over) return kind == Kind::sum || kind == Kind::sample_count || kind == Kind::maximum;
  return kind == Kind::minimum;
}

/// Too few real datapoints, and missing ones are neither good nor bad: an alarm goes off only where
/// the oldest real one is old enough, so that no datapoint that is merely late could prevent it.
AlarmValue without_filling(AlarmDefinition const& alarm, std::size_t age_of_oldest, bool ignore,
                           AlarmValue current) {
  if (ignore) return current;
  return age_of_oldest >= static_cast<std::size_t>(alarm.needed()) ? AlarmValue::alarm
                                                                   : AlarmValue::insufficient_data;
}

AlarmValue value_of(AlarmVerdict const& verdict, AlarmDefinition const& alarm, std::size_t size,
                    AlarmValue current) {
  auto const real = static_cast<std::int64_t>(verdict.evaluated.size());
  if (verdict.breaching >= alarm.needed()) return AlarmValue::alarm;
  if (real >= alarm.evaluation_periods) return AlarmValue::ok;
  bool const ignore = alarm.treat_missing() == MissingData::ignore;
  switch (alarm.treat_missing()) {
    case MissingData::breaching:
      return verdict.breaching + verdict.filled >= alarm.needed() ? AlarmValue::alarm
                                                                  : AlarmValue::ok;
    case MissingData::not_breaching: return AlarmValue::ok;
    case MissingData::missing:
    case MissingData::ignore: break;
  }
  if (real == 0) return ignore ? current : AlarmValue::insufficient_data;
  if (verdict.breaching < real) return AlarmValue::ok;
  return without_filling(alarm, size - verdict.evaluated.front(), ignore, current);
}

std::string number(double value) {
  std::string text = json::Value(value).dump();
  return text.find_first_of(".eE") == std::string::npos ? text + ".0" : text;
}

/// "22/11/26 05:00:00", as CloudWatch writes the times of datapoints.
std::string short_time(Time time) {
  std::string const iso = rfc3339(time);  // 2026-11-22T05:00:00.000Z
  return iso.substr(8, 2) + "/" + iso.substr(5, 2) + "/" + iso.substr(2, 2) + " " +
         iso.substr(11, 8);
}

std::string long_time(Time time) {
  std::string iso = rfc3339(time);
  iso.pop_back();
  return iso + "+0000";
}

std::string words_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::greater_or_equal: return "greater than or equal to";
    case Comparison::greater: return "greater than";
    case Comparison::less: return "less than";
    case Comparison::less_or_equal: return "less than or equal to";
  }
  return {};
}

/// A range of datapoints with the times of their periods, oldest first.
struct Range {
  std::vector<std::optional<double>> values;
  Time start{};
};

std::string plural(std::int64_t count, std::string const& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string reason_of(AlarmDefinition const& alarm, AlarmVerdict const& verdict,
                      Range const& range) {
  auto const periods = alarm.evaluation_periods;
  if (verdict.value == AlarmValue::insufficient_data)
    return "Insufficient Data: " + plural(periods, "datapoint") +
           (periods == 1 ? " was unknown." : " were unknown.");
  bool const off = verdict.value == AlarmValue::alarm;
  auto const real = static_cast<std::int64_t>(verdict.evaluated.size());
  if (real == 0)
    return "Threshold Crossed: no datapoints were received for " + plural(periods, "period") +
           " and " + plural(verdict.filled, "missing datapoint") +
           (verdict.filled == 1 ? " was" : " were") + " treated as [" +
           (off ? "Breaching" : "NonBreaching") + "].";
  std::vector<std::string> shown;
  for (auto at = verdict.evaluated.rbegin(); at != verdict.evaluated.rend(); ++at)
    shown.push_back(number(*range.values[*at]) + " (" +
                    short_time(range.start + static_cast<int>(*at) * alarm.period) + ")");
  auto const count = off ? verdict.breaching : real - verdict.breaching;
  auto const least = off ? alarm.needed() : periods - alarm.needed() + 1;
  return "Threshold Crossed: " + std::to_string(count) + " out of the last " +
         plural(real, "datapoint") + " [" + join(shown, ", ") + "] " +
         (count == 1 ? "was " : "were ") + (off ? "" : "not ") + words_of(alarm.comparison) +
         " the threshold (" + number(alarm.threshold) + ") (minimum " + plural(least, "datapoint") +
         " for " + (off ? "OK -> ALARM" : "ALARM -> OK") + " transition).";
}

std::string reason_data_of(AlarmDefinition const& alarm, AlarmVerdict const& verdict,
                           Range const& range, Time now) {
  json::Value points = json::array({});
  for (auto at : verdict.evaluated) points.push(*range.values[at]);
  json::Value data{{"version", "1.0"},
                   {"queryDate", long_time(now)},
                   {"statistic", alarm.statistic_name},
                   {"period", static_cast<std::int64_t>(alarm.period.count())},
                   {"recentDatapoints", std::move(points)},
                   {"threshold", alarm.threshold}};
  if (!verdict.evaluated.empty())
    data.set("startDate",
             long_time(range.start + static_cast<int>(verdict.evaluated.front()) * alarm.period));
  return data.dump();
}

/// The periods from `first` (inclusive) on, by their number since 1970.
class Periods {
 public:
  Periods(AlarmDefinition const& alarm, std::int64_t first, CloudWatch& metrics, Time now)
      : alarm_(alarm) {
    auto const series = metrics.series(alarm.metric, start_of(first), now + std::chrono::minutes(1),
                                       alarm.period, alarm.statistic, now);
    for (std::size_t i = 0; i < series.values.size(); ++i)
      values_[series.timestamps[i].time_since_epoch() / Duration(alarm.period)] = series.values[i];
  }

  std::optional<double> value(std::int64_t period) const {
    auto const found = values_.find(period);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }
  /// As many as CloudWatch looks at, up to and with `last`.
  Range range(std::int64_t last) const {
    auto const first = last - alarm_.evaluation_periods - spare_datapoints + 1;
    Range range{{}, start_of(first)};
    for (auto period = first; period <= last; ++period) range.values.push_back(value(period));
    return range;
  }

 private:
  Time start_of(std::int64_t period) const { return Time(period * Duration(alarm_.period)); }

  AlarmDefinition const& alarm_;
  std::map<std::int64_t, double> values_;
};

void apply(Alarm& alarm, Range const& range, Time at, Time now) {
  auto const verdict = judge_alarm(alarm.definition, range.values, alarm.value);
  if (verdict.value == alarm.value) return;
  alarm.value = verdict.value;
  alarm.reason = reason_of(alarm.definition, verdict, range);
  alarm.reason_data = reason_data_of(alarm.definition, verdict, range, now);
  alarm.updated = alarm.transitioned = at;
}

}  // namespace

AlarmVerdict judge_alarm(AlarmDefinition const& alarm,
                         std::vector<std::optional<double>> const& range, AlarmValue current) {
  AlarmVerdict verdict;
  auto const wanted = static_cast<std::size_t>(alarm.evaluation_periods);
  // The newest real datapoints, as far back as the range goes.
  for (std::size_t i = range.size(); i-- > 0 && verdict.evaluated.size() < wanted;) {
    if (!range[i]) continue;
    verdict.evaluated.push_back(i);
    if (breaches(alarm, *range[i])) ++verdict.breaching;
  }
  std::ranges::reverse(verdict.evaluated);
  verdict.filled = static_cast<std::int64_t>(wanted - verdict.evaluated.size());
  verdict.value = value_of(verdict, alarm, range.size(), current);
  return verdict;
}

void evaluate(Alarm& alarm, CloudWatch& metrics, Time now) {
  auto const& rule = alarm.definition;
  Time const from = std::max(alarm.evaluated, alarm.held_until);
  if (now < from) return;
  Duration const length = rule.period;
  std::int64_t const running = now.time_since_epoch() / length;
  std::int64_t const known = from.time_since_epoch() / length;
  auto const next = std::max(known + 1, running - CloudWatchAlarms::most_replayed);
  Periods const periods(rule, next - rule.evaluation_periods - spare_datapoints - 1, metrics, now);
  for (auto period = next; period <= running; ++period)
    apply(alarm, periods.range(period - 1), Time(period * length), now);
  auto const counted = periods.value(running);
  bool const decided = counted && stays_breaching(rule) && breaches(rule, *counted);
  apply(alarm, periods.range(decided ? running : running - 1), now, now);
  alarm.evaluated = now;
}

}  // namespace sluice::local
