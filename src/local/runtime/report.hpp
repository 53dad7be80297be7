#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/process.hpp"
#include "base/time.hpp"

namespace sluice::local {

/// {"errorType":…,"errorMessage":…}, as Lambda itself answers where the runtime no longer can.
std::string error_document(std::string_view type, std::string_view message);

/// "RequestId: R Error: Task timed out after 3.00 seconds".
std::string timed_out_message(std::string_view request_id, int timeout_seconds);
/// "RequestId: R Error: Runtime exited with error: exit status 1".
std::string exit_message(std::string_view request_id, ProcessExit const& exit);

/// What START, END and REPORT say about one invocation.
struct ReportFacts {
  std::string request_id, version, arn;
  double duration_ms = 0;
  std::optional<double> init_ms;
  int memory_mb = 0;
  int max_memory_mb = 0;
  std::string status;      ///< "timeout" or "error" where the sandbox failed, else empty
  std::string error_type;  ///< with "error"
};

/// The records around what a function prints: text lines, or one JSON object a line
/// (platform.start, platform.report) where the function's log format is JSON.
std::string start_record(ReportFacts const& facts, bool json_logs, Time now);
std::string report_records(ReportFacts const& facts, bool json_logs, Time now);
/// The line of a start that took too long or failed.
std::string init_report(double init_ms, std::string_view status, std::string_view error_type);

}  // namespace sluice::local
