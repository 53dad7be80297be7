#include "server/rate_limit.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::server {
namespace {

/// Beyond so many principals those are forgotten whose buckets are full anyway.
constexpr std::size_t many = 10'000;

std::string whole(double number) {
  return std::to_string(static_cast<std::int64_t>(std::ceil(number)));
}

}  // namespace

RateLimit::Verdict RateLimit::take(std::string const& who, Duration now) {
  return buckets_.with([&](auto& buckets) {
    auto filled = [&](Bucket const& bucket) {
      double seconds = std::chrono::duration<double>(now - bucket.filled).count();
      return std::min(options_.burst, bucket.tokens + seconds * options_.per_second);
    };
    if (buckets.size() >= many)
      std::erase_if(buckets,
                    [&](auto const& entry) { return filled(entry.second) >= options_.burst; });
    auto [entry, fresh] = buckets.emplace(who, Bucket{options_.burst, now});
    Bucket& bucket = entry->second;
    bucket = {filled(bucket), now};
    bool allowed = bucket.tokens >= 1;
    if (allowed) bucket.tokens -= 1;
    return Verdict{allowed, bucket.tokens};
  });
}

void RateLimit::tell(Verdict const& verdict, net::Headers& headers) const {
  headers.set("RateLimit-Limit", whole(options_.burst));
  headers.set("RateLimit-Remaining", whole(std::floor(verdict.left)));
  headers.set("RateLimit-Reset", whole((options_.burst - verdict.left) / options_.per_second));
  if (verdict.allowed) return;
  headers.set("Retry-After", whole(std::max(1.0, (1 - verdict.left) / options_.per_second)));
}

}  // namespace sluice::server
