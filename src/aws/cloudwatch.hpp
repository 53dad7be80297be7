#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/caller.hpp"

namespace sluice::aws {

/// One query of GetMetricData: a metric's statistic, or an expression over other queries.
struct MetricQuery {
  std::string id;                                 ///< [a-z][A-Za-z0-9_]*
  std::string name_space;                         ///< "AWS/Lambda"
  std::string metric;                             ///< "Errors"
  std::map<std::string, std::string> dimensions;  ///< an exact set: one more or less finds nothing
  std::string stat;                               ///< "Sum", "p99"
  std::string unit;                               ///< empty: any
  std::string expression;                         ///< instead of the metric where it is not empty
  std::string label;
  std::chrono::seconds period{60};
  bool returned = true;  ///< false: only an input of expressions
};

struct MetricPoint {
  Time time;
  double value = 0;
};

struct MetricResult {
  std::string id, label;
  /// "Complete", "PartialData", "InternalError", "Forbidden"; empty where the answer left it out.
  std::string status;
  std::vector<MetricPoint> points;  ///< oldest first. Empty where the metric does not exist
};

struct MetricAnswer {
  std::vector<MetricResult> results;  ///< one for each returned query, in the order they were asked
  std::vector<std::string> messages;  ///< CloudWatch's own remarks
};

/// One alarm as DescribeAlarms shows it, metric and composite alarms alike.
struct AlarmState {
  std::string name;
  std::string state;   ///< "OK", "ALARM", "INSUFFICIENT_DATA"
  std::string reason;  ///< CloudWatch's own words; may be empty
  std::optional<Time> updated;
};

/// One region's CloudWatch. Thread-safe.
class CloudWatch {
 public:
  /// `caller` must outlive this.
  CloudWatch(Caller const& caller, std::string region)
      : caller_(caller), region_(std::move(region)) {}

  /// At most 500 queries; every page joined. `end` is exclusive; `start` is rounded down by AWS to
  /// the period. (CloudWatch API, GetMetricData.)
  Answer<MetricAnswer> get_metric_data(std::vector<MetricQuery> const& queries, Time start,
                                       Time end);

  /// How many names one call of describe_alarms takes (CloudWatch API, DescribeAlarms).
  static constexpr std::size_t most_alarm_names = 100;

  /// The alarms of these names, every page joined. A name that no alarm has is left out: CloudWatch
  /// does not tell it apart. At most `most_alarm_names`; none: no call is made.
  Answer<std::vector<AlarmState>> describe_alarms(std::vector<std::string> const& names);

 private:
  Caller const& caller_;
  std::string region_;
};

}  // namespace sluice::aws
