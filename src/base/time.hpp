#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice {

using Duration = std::chrono::milliseconds;
/// Wall-clock time, UTC, to the millisecond: what is journalled and shown.
using Time = std::chrono::sys_time<Duration>;

/// The port through which everything sees time. The simulator's clock is virtual.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall-clock time; may jump.
  virtual Time now() = 0;
  /// Never goes back; for time-outs, trust windows and rate limits.
  virtual Duration monotonic() = 0;
  /// Waits. Returns early when `stop` is requested.
  virtual void sleep(Duration time, std::stop_token stop) = 0;
};

/// The machine's clock. Lives as long as the program.
Clock& system_clock();

/// "2026-01-02T03:04:05.678Z".
std::string rfc3339(Time time);
/// Reads what rfc3339 writes, also without the fraction and with a numeric offset.
Result<Time> parse_rfc3339(std::string_view text);
/// "20260102T030405Z", the form of signatures.
std::string compact_utc(Time time);
/// Local time with its offset, for people: "2026-01-02 04:04:05 +0100".
std::string local_text(Time time);

std::int64_t to_millis(Time time);
Time from_millis(std::int64_t millis);

/// "3m20s", "1h", "250ms", "0s".
std::string text_of(Duration duration);
/// Reads "90s", "3m20s", "1h30m", "250ms", "1.5s"; a bare number is refused: it has no unit.
Result<Duration> parse_duration(std::string_view text);

}  // namespace sluice
