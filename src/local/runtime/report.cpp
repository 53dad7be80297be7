#include "local/runtime/report.hpp"

#include <fmt/core.h>

#include <cmath>

#include "base/json.hpp"

namespace sluice::local {
namespace {

double billed(ReportFacts const& facts) { return std::ceil(facts.duration_ms); }

double hundredths(double value) { return std::round(value * 100) / 100; }

std::string text_report(ReportFacts const& facts) {
  std::string line = fmt::format(
      "END RequestId: {0}\nREPORT RequestId: {0}\tDuration: {1:.2f} ms\tBilled Duration: {2:.0f} "
      "ms\t"
      "Memory Size: {3} MB\tMax Memory Used: {4} MB",
      facts.request_id, facts.duration_ms, billed(facts), facts.memory_mb, facts.max_memory_mb);
  if (facts.init_ms) line += fmt::format("\tInit Duration: {:.2f} ms", *facts.init_ms);
  if (!facts.status.empty()) line += "\tStatus: " + facts.status;
  if (!facts.error_type.empty()) line += "\tError Type: " + facts.error_type;
  return line + "\n";
}

std::string json_record(std::string_view type, json::Value record, Time now) {
  return json::Value{{"time", rfc3339(now)}, {"type", type}, {"record", std::move(record)}}.dump() +
         "\n";
}

json::Value json_report(ReportFacts const& facts) {
  json::Value metrics{{"durationMs", hundredths(facts.duration_ms)},
                      {"billedDurationMs", static_cast<std::int64_t>(billed(facts))},
                      {"memorySizeMB", facts.memory_mb},
                      {"maxMemoryUsedMB", facts.max_memory_mb}};
  if (facts.init_ms) metrics.set("initDurationMs", hundredths(*facts.init_ms));
  json::Value record{{"requestId", facts.request_id},
                     {"metrics", std::move(metrics)},
                     {"status", facts.status.empty() ? "success" : facts.status}};
  if (!facts.error_type.empty()) record.set("errorType", facts.error_type);
  return record;
}

}  // namespace

std::string error_document(std::string_view type, std::string_view message) {
  return json::Value{{"errorType", type}, {"errorMessage", message}}.dump();
}

std::string timed_out_message(std::string_view request_id, int timeout_seconds) {
  return fmt::format("RequestId: {} Error: Task timed out after {}.00 seconds", request_id,
                     timeout_seconds);
}

std::string exit_message(std::string_view request_id, ProcessExit const& exit) {
  if (exit.success())
    return fmt::format("RequestId: {} Error: Runtime exited without providing a reason",
                       request_id);
  return fmt::format("RequestId: {} Error: Runtime exited with error: {}", request_id, exit.text());
}

std::string start_record(ReportFacts const& facts, bool json_logs, Time now) {
  if (!json_logs)
    return fmt::format("START RequestId: {} Version: {}\n", facts.request_id, facts.version);
  json::Value record{
      {"requestId", facts.request_id}, {"functionArn", facts.arn}, {"version", facts.version}};
  return json_record("platform.start", std::move(record), now);
}

std::string report_records(ReportFacts const& facts, bool json_logs, Time now) {
  return json_logs ? json_record("platform.report", json_report(facts), now) : text_report(facts);
}

std::string init_report(double init_ms, std::string_view status, std::string_view error_type) {
  std::string line =
      fmt::format("INIT_REPORT Init Duration: {:.2f} ms\tPhase: init\tStatus: {}", init_ms, status);
  if (!error_type.empty()) line.append("\tError Type: ").append(error_type);
  return line + "\n";
}

}  // namespace sluice::local
