#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/guarded.hpp"
#include "base/time.hpp"
#include "local/endpoint_logs.hpp"
#include "local/endpoint_model.hpp"
#include "local/runtime/runner.hpp"
#include "local/wire/lambda.hpp"

namespace sluice::local {

/// Where the runner finds a zip: the path of a blob. Empty where code is not kept in files.
using CodePath = std::function<std::filesystem::path(std::string const& blob)>;

/// An asynchronous invocation: what it is for, before a version is picked.
struct FunctionEvent {
  std::string account, region;
  std::string resource;  ///< name or name:qualifier
  Invocation invocation;
};

/// Runs what was routed and writes its metrics and log. Thread-safe; the model's lock is held only
/// to route and to record, never while a function runs.
class FunctionInvoker final : public Invoker {
 public:
  /// Takes an event over; false where there is no room.
  using Enqueue = std::function<bool(FunctionEvent)>;

  FunctionInvoker(GuardedModel& model, FunctionLogs& logs, Clock& clock, CodePath code_path,
                  Enqueue enqueue);

  /// Until there is one every invocation is answered 503.
  void set_runner(std::shared_ptr<Runner> runner);
  std::shared_ptr<Runner> runner();

  Outcome<InvocationResult> invoke(Executed const& executed, Invocation const& invocation) override;
  Outcome<void> enqueue(Executed const& executed, Invocation const& invocation) override;

  /// One attempt of an event: picks the version and runs it.
  Outcome<InvocationResult> attempt(FunctionEvent const& event);

  /// Counts a 429 of Invoke. `resource`: name or name:qualifier.
  void count_throttle(std::string const& account, std::string const& region,
                      std::string const& resource);

 private:
  void record(Executed const& executed, Invocation const& invocation,
              InvocationResult const& result, Time started, int concurrent);

  GuardedModel& model_;
  FunctionLogs& logs_;
  Clock& clock_;
  CodePath code_path_;
  Enqueue enqueue_;
  Guarded<std::shared_ptr<Runner>> runner_;
  Guarded<std::map<std::string, int>> running_;  ///< account/region/function → runs now
};

}  // namespace sluice::local
