#pragma once

#include <chrono>
#include <vector>

#include "base/json.hpp"

namespace sluice::bench {

/// Finer than sluice::Duration: calls over loopback take a fraction of a millisecond.
using Instant = std::chrono::steady_clock::time_point;

inline Instant instant() { return std::chrono::steady_clock::now(); }

inline double milliseconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

/// Measurements of one thing. Other work on the machine only ever adds, so the median is reported
/// and the smallest and largest stand beside it.
class Samples {
 public:
  void add(double value) { values_.push_back(value); }
  bool empty() const { return values_.empty(); }
  /// 0 where there are none.
  double median() const;
  double smallest() const;
  double largest() const;
  /// The value that this share of them does not exceed, 0.0–1.0.
  double at(double share) const;
  std::size_t count() const { return values_.size(); }
  /// {median, smallest, largest, count}.
  json::Value to_json() const;

 private:
  std::vector<double> values_;
};

}  // namespace sluice::bench
