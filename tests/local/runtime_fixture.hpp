#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "local/runtime/runner.hpp"
#include "support/folder.hpp"
#include "support/zip.hpp"

namespace sluice::local {

/// The machine's clock, which a test can push ahead.
class ShiftedClock final : public Clock {
 public:
  Time now() override { return system_clock().now() + ahead; }
  Duration monotonic() override { return system_clock().monotonic() + ahead; }
  void sleep(Duration time, std::stop_token stop) override { system_clock().sleep(time, stop); }
  Duration ahead{};
};

/// A runner in a folder of its own, and units for it.
class RuntimeTest : public testing::Test {
 protected:
  /// Made with `options` as they are at the first use.
  Runner& runner() {
    std::call_once(made_, [this] {
      options.folder = folder.path() / "runner";
      Result<std::unique_ptr<Runner>> made = make_runner(options, clock);
      ENSURE(made.has_value());
      runner_ = std::move(*made);
    });
    return *runner_;
  }

  CodeUnit unit(std::vector<test::ZipEntry> const& files, std::string runtime,
                std::string handler) {
    std::string zip = test::make_zip(files);
    std::string hash = base64(sha256(zip));
    CodeUnit unit{.key = "000000000000/eu-west-1/orders/7/" + hash, .account = "000000000000"};
    unit.region = "eu-west-1";
    unit.function_name = "orders";
    unit.version = "7";
    unit.runtime = std::move(runtime);
    unit.handler = std::move(handler);
    unit.zip = folder.write(hex(sha256(zip)) + ".zip", zip);
    unit.code_sha256 = hash;
    unit.timeout_seconds = 30;
    return unit;
  }

  /// The answer; a failure of the runner itself fails the test.
  InvocationResult invoke(CodeUnit const& unit, std::string payload = "{}") {
    Result<InvocationResult> result = runner().invoke(
        unit, {.request_id = "R-1",
               .invoked_arn = "arn:aws:lambda:eu-west-1:000000000000:function:orders:live",
               .payload = std::move(payload)});
    if (result) return *result;
    ADD_FAILURE() << result.error().text();
    return {};
  }

  json::Value document(CodeUnit const& unit, std::string payload = "{}") {
    std::string text = invoke(unit, std::move(payload)).payload;
    Result<json::Value> parsed = json::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? *parsed : json::Value();
  }

  test::TemporaryFolder folder;
  ShiftedClock clock;
  RunnerOptions options;

 private:
  std::once_flag made_;
  std::unique_ptr<Runner> runner_;
};

}  // namespace sluice::local
