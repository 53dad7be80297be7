#include "aws/budget.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::aws {
namespace {

constexpr Duration recovery = std::chrono::seconds(10);
constexpr Duration between_halvings = std::chrono::seconds(1);
constexpr double smallest_factor = 0.125;

/// The name under which all servers count those calls.
std::string leased_name(Budget::Key const& key) {
  std::string text = key.account + "/" + key.region;
  if (key.pool == Pool::lambda_get_function) return text + "/GetFunction";
  if (key.pool == Pool::lambda_get_policy) return text + "/GetPolicy";
  if (key.pool == Pool::cloudwatch_get_metric_data) return text + "/GetMetricData";
  return text;
}

}  // namespace

Pool pool_of(Service service, std::string_view operation) {
  switch (service) {
    case Service::lambda:
      if (operation == "GetFunction") return Pool::lambda_get_function;
      if (operation == "GetPolicy") return Pool::lambda_get_policy;
      if (operation == "Invoke") return Pool::lambda_invoke;
      return Pool::lambda_control;
    case Service::s3: return Pool::s3;
    case Service::sts: return Pool::sts;
    case Service::cloudwatch:
      return operation == "GetMetricData" ? Pool::cloudwatch_get_metric_data : Pool::other;
    case Service::ecr:
    case Service::sns:
    case Service::cloudformation: return Pool::other;
  }
  return Pool::other;
}

Bucket::Bucket(Rate rate, Duration now) : unlimited_(rate.shared <= 0), last_(now) {
  auto full = [](double per_second) {
    double burst = per_second > 0 ? std::max(1.0, per_second) : 0;
    return Level{burst, per_second, burst};
  };
  shared_ = full(rate.shared);
  reserve_ = full(rate.reserve);
}

void Bucket::refill(Duration now) {
  auto advance = [&](Duration until) {
    double seconds = std::chrono::duration<double>(until - last_).count();
    if (seconds <= 0) return;
    shared_.tokens = std::min(shared_.burst, shared_.tokens + seconds * shared_.rate * factor_);
    reserve_.tokens = std::min(reserve_.burst, reserve_.tokens + seconds * reserve_.rate);
    last_ = until;
  };
  while (factor_ < 1 && recover_at_ <= now) {
    advance(recover_at_);
    factor_ = std::min(1.0, factor_ * 2);
    recover_at_ += recovery;
  }
  advance(now);
}

Duration Bucket::wait_for(Level const& level, double factor) {
  if (level.tokens >= 1) return Duration(0);
  double seconds = (1 - level.tokens) / (level.rate * factor);
  return Duration(static_cast<std::int64_t>(std::ceil(seconds * 1000 - 1e-6)));
}

Bucket::Place Bucket::take(Duration now, Lane lane) {
  if (unlimited_) return {};
  refill(now);
  Duration shared = wait_for(shared_, factor_);
  if (lane == Lane::rollback && reserve_.rate > 0) {
    Duration reserved = wait_for(reserve_, 1);
    if (reserved <= shared) {
      reserve_.tokens -= 1;
      return {reserved, true};
    }
  }
  shared_.tokens -= 1;
  return {shared, false};
}

void Bucket::give_back(Place place) {
  Level& level = place.reserved ? reserve_ : shared_;
  level.tokens = std::min(level.burst, level.tokens + 1);
}

void Bucket::throttled(Duration now) {
  if (unlimited_) return;
  refill(now);
  recover_at_ = now + recovery;
  if (now - halved_at_ < between_halvings) return;
  halved_at_ = now;
  factor_ = std::max(smallest_factor, factor_ / 2);
}

double Bucket::shared_rate(Duration now) {
  refill(now);
  return shared_.rate * factor_;
}

Budget::Rates Budget::unlimited() {
  return {.lambda_control = {},
          .lambda_get_function = {},
          .lambda_get_policy = {},
          .s3 = {},
          .sts = {},
          .cloudwatch = {},
          .other = {}};
}

Budget::Budget(Clock& clock) : Budget(clock, Rates{}) {}
Budget::Budget(Clock& clock, Rates rates) : clock_(clock), rates_(rates) {}

Rate Budget::rate_of(Pool pool) const {
  switch (pool) {
    case Pool::lambda_control: return rates_.lambda_control;
    case Pool::lambda_get_function: return rates_.lambda_get_function;
    case Pool::lambda_get_policy: return rates_.lambda_get_policy;
    case Pool::lambda_invoke: return {};
    case Pool::s3: return rates_.s3;
    case Pool::sts: return rates_.sts;
    case Pool::cloudwatch_get_metric_data: return rates_.cloudwatch;
    case Pool::other: return rates_.other;
  }
  return rates_.other;
}

Bucket& Budget::bucket(Key const& key) {
  auto found = buckets_.find(key);
  if (found == buckets_.end())
    found = buckets_.emplace(key, Bucket(rate_of(key.pool), clock_.monotonic())).first;
  return found->second;
}

bool Budget::enter(Key const& key, Lane lane, std::stop_token stop) {
  if (stop.stop_requested()) return false;
  if (auto rates = leased_rates(key)) return leased_->enter(leased_name(key), *rates, lane, stop);
  Bucket::Place place;
  {
    std::lock_guard lock(mutex_);
    place = bucket(key).take(clock_.monotonic(), lane);
  }
  if (place.wait <= Duration(0)) return true;
  clock_.sleep(place.wait, stop);
  if (!stop.stop_requested()) return true;
  std::lock_guard lock(mutex_);
  bucket(key).give_back(place);
  return false;
}

void Budget::share(TokenSource& source) {
  std::lock_guard lock(mutex_);
  if (!leased_) leased_ = std::make_unique<LeasedCalls>(clock_, source);  // and stays what it is
}

/// What AWS allows a whole account. None: nothing is leased for such a call.
std::optional<TokenSource::Rates> Budget::leased_rates(Key const& key) {
  bool by_account = key.pool == Pool::lambda_control || key.pool == Pool::lambda_get_function ||
                    key.pool == Pool::lambda_get_policy ||
                    key.pool == Pool::cloudwatch_get_metric_data;
  Rate rate = rate_of(key.pool);
  if (!by_account || rate.shared <= 0) return std::nullopt;
  std::lock_guard lock(mutex_);
  if (!leased_) return std::nullopt;
  double shared = bucket(key).shared_rate(clock_.monotonic());
  return TokenSource::Rates{std::max(1, static_cast<int>(shared)), static_cast<int>(rate.reserve)};
}

void Budget::throttled(Key const& key) {
  std::lock_guard lock(mutex_);
  bucket(key).throttled(clock_.monotonic());
}

}  // namespace sluice::aws
