#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/guarded.hpp"
#include "base/json.hpp"
#include "base/time.hpp"

namespace sluice::local {

/// One request as it was answered.
struct CallRecord {
  std::int64_t number = 0;  ///< counts up from 1 and is never used again
  Time time;                ///< when it came in
  Duration duration{};
  std::string account, region, access_key;
  std::string service, operation;  ///< "lambda", "UpdateAlias"
  std::string resource;
  int status = 0;     ///< 0: the connection was cut on request
  std::string error;  ///< AWS's code; empty for a success
  std::string fault;  ///< what was injected: "before drop"
  std::string request_id;
  std::string user_agent;
};

json::Value to_json(CallRecord const& record);

/// Every request, the oldest forgotten first. Thread-safe.
class CallLog {
 public:
  static constexpr std::size_t max_records = 10'000;

  void add(CallRecord record);
  /// Those with a greater number than `after`, oldest first.
  json::Value list(std::int64_t after);
  void clear();

 private:
  struct State {
    std::deque<CallRecord> records;
    std::int64_t last = 0;
  };
  Guarded<State> state_;
};

}  // namespace sluice::local
