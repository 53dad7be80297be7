#pragma once

#include <memory>
#include <optional>
#include <string>

#include "local/runtime/code_store.hpp"
#include "local/runtime/hub.hpp"
#include "local/runtime/launch.hpp"
#include "local/runtime/pool.hpp"
#include "local/runtime/report.hpp"
#include "local/runtime/runner.hpp"

namespace sluice::local {

/// What every invocation of a runner shares.
struct Workshop {
  RunnerOptions const& options;
  Clock& clock;
  UnpackedCode& code;
  Interpreters& interpreters;
  Pool& pool;
  Hub& hub;
};

/// One call of Runner::invoke, from the wait for a process to the report. Used once, by one thread.
class InvocationRun {
 public:
  InvocationRun(Workshop shop, CodeUnit const& unit, Invocation const& invocation);
  Result<InvocationResult> go();

 private:
  /// None: the process was not fit for it, take another.
  using Attempt = std::optional<Result<InvocationResult>>;

  /// How it ended, for payload and report.
  struct Ending {
    std::string payload;
    bool is_error = false;
    std::string status = {}, error_type = {};
    std::string last_line = {};  ///< of the log, before END
  };

  Attempt start();
  Result<void> launch();
  Result<Place> place();
  Attempt serve();
  Task task(SteadyTime until) const;
  Attempt start_ended(Environment::Found how);
  InvocationResult answered(SteadyTime until);
  InvocationResult exited();
  InvocationResult timed_out();
  InvocationResult no_entrypoint(std::string const& why);
  InvocationResult result(Ending ending, Environment::Log log);
  std::string log_text(Ending const& ending, Environment::Log log, ReportFacts const& facts) const;
  void release(SteadyTime until);
  void abandon();
  std::size_t peak_memory() const;

  Workshop shop_;
  CodeUnit const& unit_;
  Invocation const& invocation_;
  Language language_ = Language::bootstrap;
  Pool::Handle environment_;
  SteadyTime began_{};
  std::optional<SteadyTime> counted_from_;  ///< of a second start, which the time-out includes
  std::optional<double> init_ms_;
  std::string init_log_;
  bool begun_ = false;  ///< the request was handed over
};

}  // namespace sluice::local
