#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "aws/call.hpp"
#include "base/time.hpp"

namespace sluice::aws {

/// Where calls that several servers make together are counted (design E6).
class TokenSource {
 public:
  virtual ~TokenSource() = default;

  /// Calls per second that all servers together may make.
  struct Rates {
    int shared = 0;
    int reserve = 0;  ///< on top, for rollbacks only
  };
  /// Calls that may be made until `valid_for` has passed since it was asked.
  struct Slice {
    int granted = 0;  ///< at most what was wanted; 0: ask again when the slice is over
    Duration valid_for{0};
  };
  /// Out of what is left of the present second for `key`. A rollback takes from the reserve first.
  /// Thread-safe; may block. ErrorCode::cancelled: this server is ending.
  virtual Result<Slice> lease(std::string const& key, Rates const& rates, Lane lane, int want) = 0;
};

/// The calls of one server out of what all may make: those that wait go in the order they came,
/// each lane on its own, and a little apart, for where two slices meet twice as many could be made.
/// While the source cannot be reached nobody goes. Thread-safe.
class LeasedCalls {
 public:
  /// Both must outlive it.
  LeasedCalls(Clock& clock, TokenSource& source) : clock_(clock), source_(source) {}

  /// Waits for this call's turn. False: stopped before it came.
  bool enter(std::string const& key, TokenSource::Rates const& rates, Lane lane,
             std::stop_token const& stop);

 private:
  /// Those who wait for one key and lane, and the slice that they have.
  struct Line {
    std::deque<std::uint64_t> waiting;  ///< tickets
    int left = 0;
    Duration until{0};      ///< of the slice, monotonic
    Duration dry_until{0};  ///< nothing is left of that second
    Duration next{0};       ///< not before
  };
  using Key = std::pair<std::string, Lane>;

  /// Zero: go. Otherwise look again after so long, or, without a value, ask the source.
  std::optional<Duration> turn(Line& line, std::uint64_t ticket, Duration gap);
  bool ask(Key const& key, TokenSource::Rates const& rates, std::stop_token const& stop);
  bool leave(Key const& key, std::uint64_t ticket);

  Clock& clock_;
  TokenSource& source_;
  std::mutex mutex_;
  std::map<Key, Line> lines_;
  std::uint64_t tickets_ = 0;
};

}  // namespace sluice::aws
