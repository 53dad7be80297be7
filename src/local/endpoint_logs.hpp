#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "base/guarded.hpp"
#include "base/json.hpp"
#include "base/time.hpp"

namespace sluice::local {

/// What the runs of one function wrote.
struct LogEntry {
  std::int64_t number = 0;  ///< counts up over all functions
  Time time;                ///< start of the run
  std::string version, request_id;
  std::string text;
  bool failed = false;
};

/// The newest logs of every function: 1 MiB each, and of the 200 functions that ran last.
/// Thread-safe.
class FunctionLogs {
 public:
  static constexpr std::size_t max_bytes = 1 << 20;
  static constexpr std::size_t max_functions = 200;

  void add(std::string const& account, std::string const& region, std::string const& function,
           LogEntry entry);
  /// Oldest first; only of `version` where it is not empty and only behind `after`.
  json::Value list(std::string const& account, std::string const& region,
                   std::string const& function, std::string const& version, std::int64_t after);
  void clear();

 private:
  struct Log {
    std::deque<LogEntry> entries;
    std::size_t bytes = 0;
  };
  struct State {
    std::map<std::string, Log> functions;  ///< account/region/function
    std::int64_t last = 0;
  };
  Guarded<State> state_;
};

}  // namespace sluice::local
