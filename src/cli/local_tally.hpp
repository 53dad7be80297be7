#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"
#include "cli/terminal.hpp"

namespace sluice::cli {

/// One answered invocation. Times are of one monotonic clock.
struct Answered {
  Duration started{}, ended{};
  std::string version;  ///< empty: the call itself failed
  std::string error;    ///< of the function, or of the call; empty: success
};

/// Version → share of the traffic that the alias asks for, in percent.
using Shares = std::map<std::string, double>;

/// Counts what traffic through a function or an alias meets: per version, and per stretch of time
/// in which the alias asked for the same shares. An invocation counts for a stretch only where the
/// alias was seen to be the same before it started and after it ended, so that the measured shares
/// are those of these weights alone. Pure; memory is bounded.
class Tally {
 public:
  static constexpr std::size_t max_messages = 20;  ///< distinct ones per version
  static constexpr std::size_t max_stretches = 1000;

  struct Counts {
    std::int64_t requests = 0, errors = 0;
    std::map<std::string, std::int64_t> messages;
  };
  struct Stretch {
    Shares asked;
    Duration since{}, until{};  ///< the end of the first and the begin of the last look
    std::map<std::string, Counts> versions;
    std::int64_t requests() const;
  };

  void add(Answered answered);
  /// The alias was read: the reading began at `began` and ended at `ended`.
  void look(Duration began, Duration ended, Shares const& asked);

  std::int64_t requests() const { return requests_; }
  std::int64_t errors() const;
  std::int64_t refused() const { return refused_.errors; }
  std::map<std::string, Counts> const& versions() const { return versions_; }
  /// Oldest first; those without an invocation are left out.
  std::vector<Stretch> stretches() const;

  /// {"requests", "errors", "refused", "versions", "steps"}.
  json::Value to_json() const;
  /// A table of at most 80 columns.
  std::string text(Style const& style) const;
  /// "412 requests  v1 90.3 %  v2 9.7 % (3 errors)", of the stretch that goes on.
  std::string live() const;

 private:
  static void count(Counts& counts, std::string const& error);

  std::int64_t requests_ = 0;
  Counts refused_;
  std::map<std::string, Counts> versions_;
  std::vector<Stretch> stretches_;
  std::vector<Answered> waiting_;  ///< ended since the last look
};

/// "asked v1 90 % v2 10 %, measured …": one stretch as a line.
std::string stretch_line(Tally::Stretch const& stretch);

/// What a function's error document says: "TypeError: x is not a function".
std::string error_text(std::string const& payload, std::string const& function_error);

/// When the invocation number `index` (from 0) is due after the start: evenly `rate` a second; with
/// a ramp the rate grows from nothing over that time.
Duration due_after(std::uint64_t index, double rate, Duration ramp);

}  // namespace sluice::cli
