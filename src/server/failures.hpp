#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace sluice::server {

/// Counts, by source address, the attempts to show who one is that failed, and slows whoever fails
/// again and again: after five, each one makes the source wait twice as long, up to a minute. A
/// quarter of an hour without a failure forgives all. Sources of IPv6 are counted by their /64,
/// which one machine can fill at will. Thread-safe; memory is bounded: with too many sources at
/// once the new ones share one count.
class Failures {
 public:
  explicit Failures(Clock& clock) : clock_(clock) {}

  /// How long `source` has to wait before it is answered again; none: not at all.
  std::optional<Duration> wait_of(std::string const& source);
  /// Answers how many there were of late, with this one.
  int count(std::string const& source);
  std::size_t sources();

 private:
  struct Source {
    int failures = 0;
    Duration last{};
    Duration until{};
  };

  std::string key_of(std::string const& source, Duration now);

  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Source> sources_;  ///< under mutex_
  Duration swept_{};                       ///< under mutex_; when the forgiven were forgotten
};

}  // namespace sluice::server
