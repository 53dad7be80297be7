#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"
#include "local/model/fault.hpp"

namespace sluice::local {

/// Names one metric. Dimensions match as an unordered exact set.
struct MetricKey {
  std::string account, region, name_space, name;
  std::map<std::string, std::string> dimensions;

  friend auto operator<=>(MetricKey const&, MetricKey const&) = default;
};

/// What one minute of a metric came to. Percentiles come from a histogram whose values are rounded
/// once there are too many different ones, as CloudWatch's own distributions do.
class Aggregate {
 public:
  static constexpr std::size_t max_values = 2000;

  void add(double value, double count);
  /// A StatisticValues set: it counts, but no percentile can come from it.
  void add_set(double count, double sum, double minimum, double maximum);
  void merge(Aggregate const& other);

  double count() const { return count_; }
  double sum() const { return sum_; }
  double minimum() const { return minimum_; }
  double maximum() const { return maximum_; }
  /// `percent` in (0, 100]; nearest rank. Only where `has_values`.
  double percentile(double percent) const;
  bool has_values() const { return !values_.empty(); }

  json::Value save() const;
  void load(json::Value const& saved);

 private:
  void coarsen();

  double count_ = 0, sum_ = 0, minimum_ = 0, maximum_ = 0;
  int digits_ = 0;                   ///< significant digits kept; 0: all
  std::map<double, double> values_;  ///< value → count
};

/// Sum, Average, Minimum, Maximum, SampleCount or pNN.
struct Statistic {
  enum class Kind { sum, average, minimum, maximum, sample_count, percentile };
  Kind kind = Kind::sum;
  double percent = 0;
};

/// 400 ValidationError for a statistic CloudWatch or this endpoint does not know.
Outcome<Statistic> parse_statistic(std::string_view text);

struct Series {
  std::vector<Time> timestamps;  ///< starts of periods, ascending; only periods with data
  std::vector<double> values;
};

/// The metrics of every account and region. Pure: time is given.
class CloudWatch {
 public:
  static constexpr std::size_t max_metrics = 20'000;
  static constexpr std::size_t max_waiting = 200'000;  ///< not yet visible
  static constexpr Duration default_retention = std::chrono::hours(24);

  /// Data becomes visible this long after it was written, as on AWS. Default: at once.
  void set_lag(Duration lag) { lag_ = lag; }
  Duration lag() const { return lag_; }
  void set_retention(Duration retention) { retention_ = retention; }

  /// Adds `count` times `value` to the minute of `timestamp`. Data older than the retention is
  /// dropped, and so are new metrics beyond `max_metrics`.
  void add(MetricKey const& key, Time timestamp, double value, double count, Time now);
  void add_set(MetricKey const& key, Time timestamp, Aggregate const& set, Time now);

  /// Periods of [start, end); `period` is a multiple of a minute, `start` is rounded down to it.
  Series series(MetricKey const& key, Time start, Time end, std::chrono::seconds period,
                Statistic const& statistic, Time now);
  /// What has data in that account and region, in order.
  std::vector<MetricKey> metrics(std::string_view account, std::string_view region,
                                 std::string_view name_space, Time now);

  json::Value save() const;
  void load(json::Value const& saved);

 private:
  using Minutes = std::map<std::int64_t, Aggregate>;  ///< minute since 1970 → what it came to
  struct Waiting {
    Time due;
    MetricKey key;
    std::int64_t minute;
    Aggregate data;
  };

  void store(MetricKey const& key, std::int64_t minute, Aggregate const& data);
  void take_due(Time now);
  void forget(Time now);

  std::map<MetricKey, Minutes> metrics_;
  std::deque<Waiting> waiting_;
  Duration lag_{};
  Duration retention_ = default_retention;
  std::int64_t forgotten_until_ = 0;
};

}  // namespace sluice::local
