#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <tuple>

#include "aws/call.hpp"
#include "aws/leased_calls.hpp"
#include "aws/services.hpp"
#include "base/time.hpp"

namespace sluice::aws {

/// Calls that share one limit at AWS (Lambda API, quotas; CloudWatch, quotas).
enum class Pool {
  lambda_control,       ///< every control-plane call but the next ones: 15/s per account and region
  lambda_get_function,  ///< 100/s
  lambda_get_policy,    ///< 15/s
  lambda_invoke,        ///< limited by the function's concurrency only
  s3,
  sts,
  cloudwatch_get_metric_data,  ///< 50/s
  other,
};

Pool pool_of(Service service, std::string_view operation);

struct Rate {
  double shared = 0;   ///< calls per second for everyone; 0: no limit
  double reserve = 0;  ///< calls per second on top that only the rollback lane may use
};

/// The arithmetic of one limit, without clock or lock. A call reserves its place at once, so those
/// that wait go in the order they came. Holds one second's worth of unused calls.
class Bucket {
 public:
  Bucket(Rate rate, Duration now);

  /// A call's place: `wait` is the time until it may be made, zero means now.
  struct Place {
    Duration wait{0};
    bool reserved = false;  ///< out of the rollback lane's reserve
  };
  Place take(Duration now, Lane lane);
  /// The place was not used: the caller was stopped while it waited.
  void give_back(Place place);
  /// AWS refused a call as too fast: the shared rate halves (at most once a second, down to an
  /// eighth) and doubles back after every ten quiet seconds. The reserve stays as it is.
  void throttled(Duration now);
  /// The shared rate in force, calls per second.
  double shared_rate(Duration now);

 private:
  struct Level {
    double tokens = 0;
    double rate = 0;
    double burst = 0;
  };
  void refill(Duration now);
  static Duration wait_for(Level const& level, double factor);

  Level shared_, reserve_;
  bool unlimited_;
  double factor_ = 1;
  Duration last_;
  Duration recover_at_{0};
  Duration halved_at_{-1'000'000};
};

/// Control-plane calls per account and region, shared by every run and lane (design E6).
/// Thread-safe.
class Budget {
 public:
  struct Rates {
    Rate lambda_control{7, 5};  ///< 12 of AWS's 15/s: others use the account too
    Rate lambda_get_function{80, 10};
    Rate lambda_get_policy{10, 0};
    Rate s3{200, 50};
    Rate sts{20, 5};
    Rate cloudwatch{40, 0};
    Rate other{10, 5};
  };
  /// No limits: benches, and endpoints that have none.
  static Rates unlimited();

  explicit Budget(Clock& clock);
  Budget(Clock& clock, Rates rates);

  /// Whose budget: the account id where it is known, else the access key id.
  struct Key {
    std::string account, region;
    Pool pool = Pool::other;
    auto operator<=>(Key const&) const = default;
  };

  /// Waits for this call's turn. False: stopped before it came.
  bool enter(Key const& key, Lane lane, std::stop_token stop);
  void throttled(Key const& key);

  /// From here on what AWS limits by account and region is leased from there, for several servers
  /// that share an account; the rest stays as it is. To be said before the first call. `source`
  /// must outlive every call.
  void share(TokenSource& source);

 private:
  Rate rate_of(Pool pool) const;
  std::optional<TokenSource::Rates> leased_rates(Key const& key);
  Bucket& bucket(Key const& key);  // mutex_ is held

  Clock& clock_;
  Rates rates_;
  std::mutex mutex_;
  std::map<Key, Bucket> buckets_;
  std::unique_ptr<LeasedCalls> leased_;  ///< none: this process is the only one
};

}  // namespace sluice::aws
