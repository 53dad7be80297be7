#include "aws/retry.hpp"

#include <algorithm>

namespace sluice::aws {
namespace {

constexpr int cost_of(bool after_timeout) { return after_timeout ? 10 : 5; }

}  // namespace

int RetryOptions::attempts() const {
  if (max_attempts > 0) return max_attempts;
  return mode == RetryMode::legacy ? 5 : 3;
}

Duration delay_before_retry(int attempt, double fraction, Backoff backoff,
                            std::optional<Duration> retry_after) {
  // 2^20 times any base is beyond every ceiling; more would overflow.
  int doublings = std::clamp(attempt - 1, 0, 20);
  Duration most = std::min(backoff.ceiling, backoff.base * (1 << doublings));
  auto jittered = Duration(static_cast<std::int64_t>(static_cast<double>(most.count()) * fraction));
  return std::max(jittered, retry_after.value_or(Duration(0)));
}

bool RetryQuota::take(bool after_timeout) {
  std::lock_guard lock(mutex_);
  if (tokens_ < cost_of(after_timeout)) return false;
  tokens_ -= cost_of(after_timeout);
  return true;
}

void RetryQuota::succeeded(bool retried, bool after_timeout) {
  std::lock_guard lock(mutex_);
  tokens_ = std::min(capacity, tokens_ + (retried ? cost_of(after_timeout) : 1));
}

int RetryQuota::left() {
  std::lock_guard lock(mutex_);
  return tokens_;
}

}  // namespace sluice::aws
