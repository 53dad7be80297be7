#pragma once

#include <string_view>

#include "base/time.hpp"

namespace sluice::local {

/// Lets `rate` calls a second through, and as many at once after a second of rest.
class TokenBucket {
 public:
  /// `rate` in calls per second; 0 or less lets everything through.
  explicit TokenBucket(double rate) : rate_(rate), tokens_(rate) {}

  /// False where the call must be refused. A `now` before the last one counts as the last one.
  bool take(Time now);

 private:
  double rate_;
  double tokens_;
  Time last_{};
};

/// Calls per second of one account and Region; 0 switches that limit off (Lambda quotas).
struct LambdaRates {
  double all = 15;  ///< every control-plane call except the two below
  double get_function = 100;
  double get_policy = 15;
};

/// The control plane's limits. Invoke is none of its calls.
class LambdaThrottle {
 public:
  explicit LambdaThrottle(LambdaRates rates)
      : all_(rates.all), get_function_(rates.get_function), get_policy_(rates.get_policy) {}

  bool admits(std::string_view operation, Time now);

 private:
  TokenBucket all_, get_function_, get_policy_;
};

}  // namespace sluice::local
