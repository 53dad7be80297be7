#pragma once

#include <mutex>
#include <optional>

#include "aws/call.hpp"
#include "base/time.hpp"

namespace sluice::aws {

enum class RetryMode {
  standard,  ///< 3 attempts, a quota of retries. "adaptive" reads as this: the budget always adapts
  legacy,    ///< 5 attempts, no quota
};

struct RetryOptions {
  RetryMode mode = RetryMode::standard;
  int max_attempts = 0;  ///< the first included; 0: the mode's own
  int attempts() const;
};

/// Full jitter: `fraction` (0–1) of base × 2^(attempt − 1), at most `ceiling`; never before what
/// the service asked for. `attempt`: the one that failed, from 1.
struct Backoff {
  Duration base = std::chrono::milliseconds(200);
  Duration ceiling = std::chrono::seconds(20);
};
/// The longest Retry-After that is waited for; beyond it the call fails as throttled.
constexpr Duration longest_retry_after = std::chrono::seconds(60);
Duration delay_before_retry(int attempt, double fraction, Backoff backoff,
                            std::optional<Duration> retry_after);

/// The standard mode's quota, shared by the calls of one identity: when much fails, retrying stops.
/// Thread-safe.
class RetryQuota {
 public:
  /// Takes the cost of one retry; false when there is not enough left.
  bool take(bool after_timeout);
  /// A call succeeded: gives back what its last retry took, or one where it needed none.
  void succeeded(bool retried, bool after_timeout);
  int left();

 private:
  static constexpr int capacity = 500;
  std::mutex mutex_;
  int tokens_ = capacity;
};

}  // namespace sluice::aws
