#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

/// Metrics as Prometheus reads them (text format 0.0.4).
namespace sluice::server {

/// Label values in the order of the family's label names.
using LabelValues = std::vector<std::string>;

struct FamilyInfo {
  std::string name;  ///< in base units: _total, _seconds
  std::string help;
  std::vector<std::string> labels;
};

/// A label that the outside decides cannot make memory grow: beyond so many series of a family
/// the rest is counted as "other".
constexpr std::size_t most_series = 500;

/// Thread-safe.
class Counter {
 public:
  explicit Counter(FamilyInfo info) : info_(std::move(info)) {}
  void add(LabelValues values, double amount = 1);
  void write(std::string& out) const;

 private:
  FamilyInfo const info_;
  mutable std::mutex mutex_;
  std::map<LabelValues, double> series_;  ///< under mutex_
};

/// How long something takes, from milliseconds to days. Thread-safe.
class Histogram {
 public:
  explicit Histogram(FamilyInfo info) : info_(std::move(info)) {}
  void observe(LabelValues values, double seconds);
  void write(std::string& out) const;

 private:
  struct Series {
    std::vector<std::uint64_t> below;  ///< cumulative, by bound
    std::uint64_t count = 0;
    double sum = 0;
  };

  FamilyInfo const info_;
  mutable std::mutex mutex_;
  std::map<LabelValues, Series> series_;  ///< under mutex_
};

/// One value that is looked up when it is asked for.
void write_gauge(std::string& out, FamilyInfo const& info, LabelValues const& values, double value);

}  // namespace sluice::server
