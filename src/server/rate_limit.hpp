#pragma once

#include <map>
#include <string>

#include "base/guarded.hpp"
#include "base/time.hpp"
#include "net/http.hpp"

namespace sluice::server {

/// How many requests one principal may send (operability C11).
struct RateLimitOptions {
  double per_second = 50;
  double burst = 500;
};

/// A bucket of tokens for each principal. Thread-safe.
class RateLimit {
 public:
  explicit RateLimit(RateLimitOptions options) : options_(options) {}

  struct Verdict {
    bool allowed = true;
    double left = 0;  ///< tokens after this request
  };
  /// Takes one token. `now`: monotonic.
  Verdict take(std::string const& who, Duration now);
  /// RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset; Retry-After where it was refused.
  void tell(Verdict const& verdict, net::Headers& headers) const;

 private:
  struct Bucket {
    double tokens = 0;
    Duration filled{};
  };
  RateLimitOptions const options_;
  Guarded<std::map<std::string, Bucket>> buckets_;
};

}  // namespace sluice::server
