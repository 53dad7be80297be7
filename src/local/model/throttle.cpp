#include "local/model/throttle.hpp"

#include <algorithm>

namespace sluice::local {

bool TokenBucket::take(Time now) {
  if (rate_ <= 0) return true;
  if (now > last_) {
    double seconds = std::chrono::duration<double>(now - last_).count();
    // A bucket below one call would never let anything through.
    tokens_ = std::min(std::max(rate_, 1.0), tokens_ + seconds * rate_);
    last_ = now;
  }
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

bool LambdaThrottle::admits(std::string_view operation, Time now) {
  if (operation == "GetFunction") return get_function_.take(now);
  if (operation == "GetPolicy") return get_policy_.take(now);
  return all_.take(now);
}

}  // namespace sluice::local
