#include <gmock/gmock.h>

#include "local/runtime/launch.hpp"
#include "local/runtime/report.hpp"

namespace sluice::local {
namespace {

Time const now = from_millis(1767323045678);  // 2026-01-02T03:04:05.678Z

TEST(Report, TextRecords) {
  ReportFacts facts{.request_id = "r",
                    .version = "7",
                    .duration_ms = 12.341,
                    .memory_mb = 128,
                    .max_memory_mb = 40};
  EXPECT_EQ(start_record(facts, false, now), "START RequestId: r Version: 7\n");
  EXPECT_EQ(report_records(facts, false, now),
            "END RequestId: r\nREPORT RequestId: r\tDuration: 12.34 ms\tBilled Duration: 13 ms\t"
            "Memory Size: 128 MB\tMax Memory Used: 40 MB\n");
  facts.init_ms = 100;
  facts.status = "timeout";
  EXPECT_THAT(report_records(facts, false, now),
              testing::EndsWith("Used: 40 MB\tInit Duration: 100.00 ms\tStatus: timeout\n"));
}

TEST(Report, JsonRecords) {
  ReportFacts facts{.request_id = "r",
                    .version = "7",
                    .arn = "a",
                    .duration_ms = 1.5,
                    .memory_mb = 128,
                    .max_memory_mb = 40};
  EXPECT_EQ(start_record(facts, true, now),
            R"({"time":"2026-01-02T03:04:05.678Z","type":"platform.start","record":)"
            R"({"requestId":"r","functionArn":"a","version":"7"}})"
            "\n");
  EXPECT_EQ(
      report_records(facts, true, now),
      R"({"time":"2026-01-02T03:04:05.678Z","type":"platform.report","record":{"requestId":"r",)"
      R"("metrics":{"durationMs":1.5,"billedDurationMs":2,"memorySizeMB":128,)"
      R"("maxMemoryUsedMB":40},)"
      R"("status":"success"}})"
      "\n");
}

TEST(Report, Messages) {
  EXPECT_EQ(timed_out_message("r", 900), "RequestId: r Error: Task timed out after 900.00 seconds");
  EXPECT_EQ(exit_message("r", {}), "RequestId: r Error: Runtime exited without providing a reason");
  EXPECT_EQ(exit_message("r", {.code = 1}),
            "RequestId: r Error: Runtime exited with error: exit status 1");
  EXPECT_EQ(error_document("T", "a \"b\""), R"({"errorType":"T","errorMessage":"a \"b\""})");
}

TEST(Launch, LogStreamName) {
  EXPECT_EQ(log_stream_name(now, "$LATEST", "ab"), "2026/01/02/[$LATEST]ab");
}

TEST(Launch, ReservedVariablesCannotBeReplaced) {
  CodeUnit unit{.function_name = "f", .version = "3", .runtime = "python3.12"};
  unit.environment = {
      {"AWS_LAMBDA_FUNCTION_VERSION", "9"}, {"PYTHONPATH", "/mine"}, {"_X_AMZN_TRACE_ID", "x"}};
  Place place{.code = "/code", .layers = "/opt", .interpreter = "/usr/bin/python3"};
  auto environment = environment_of(unit, place);
  EXPECT_EQ(environment["AWS_LAMBDA_FUNCTION_VERSION"], "3");
  EXPECT_EQ(environment["PYTHONPATH"], "/mine");
  EXPECT_FALSE(environment.contains("_X_AMZN_TRACE_ID"));
  EXPECT_EQ(environment["PATH"], "/opt/bin:/usr/bin:/usr/local/bin:/usr/bin:/bin");
  unit.environment.clear();
  EXPECT_EQ(environment_of(unit, place)["PYTHONPATH"],
            "/opt/python:/opt/python/lib/python3.12/site-packages");
  unit.runtime = "nodejs20.x";
  EXPECT_EQ(environment_of(unit, place)["NODE_PATH"],
            "/opt/nodejs/node20/node_modules:/opt/nodejs/node_modules");
  place.layers.clear();
  EXPECT_FALSE(environment_of(unit, place).contains("NODE_PATH"));
}

}  // namespace
}  // namespace sluice::local
