#include "local/runtime/invocation.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cmath>

#include "base/random.hpp"
#include "local/runtime/runtime_limits.hpp"

namespace sluice::local {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Millis = std::chrono::duration<double, std::milli>;

double millis_since(SteadyTime start) { return Millis(SteadyClock::now() - start).count(); }

Duration whole(double millis) { return Duration(std::llround(millis)); }

std::string hex_id(std::size_t length) {
  std::string id;
  while (id.size() < length) id += fmt::format("{:016x}", system_random().next());
  return id.substr(0, length);
}

std::string trace_id(Time now) {
  return fmt::format("Root=1-{:08x}-{};Parent={};Sampled=0", to_millis(now) / 1000, hex_id(24),
                     hex_id(16));
}

/// A program that cannot be started is the function's own fault; anything else is ours.
bool is_entrypoint_fault(Error const& error) {
  return error.code == ErrorCode::not_found || error.code == ErrorCode::denied ||
         error.code == ErrorCode::invalid_input;
}

}  // namespace

InvocationRun::InvocationRun(Workshop shop, CodeUnit const& unit, Invocation const& invocation)
    : shop_(shop), unit_(unit), invocation_(invocation) {}

Result<InvocationResult> InvocationRun::go() {
  Result<Language> language = language_of(unit_);
  if (!language) return std::unexpected(language.error());
  language_ = *language;
  // Each failed attempt has used up a process that died idle, or the one repeated start.
  for (std::size_t attempt = 0; attempt < shop_.options.max_processes + 3; ++attempt) {
    Result<Pool::Taken> taken = shop_.pool.take(unit_.key);
    if (!taken) return std::unexpected(taken.error());
    if (taken->surplus) taken->surplus->kill();
    environment_ = taken->environment;
    if (Attempt done = taken->warm ? serve() : start()) return std::move(*done);
  }
  return fail(ErrorCode::unavailable,
              "the processes of '" + unit_.function_name + "' end before they take a request");
}

InvocationRun::Attempt InvocationRun::start() {
  began_ = SteadyClock::now();
  if (counted_from_) counted_from_ = began_;
  Result<void> launched = launch();
  if (!launched) {
    abandon();
    bool own_program = language_ == Language::bootstrap && launched.error().hint.empty();
    if (own_program && is_entrypoint_fault(launched.error()))
      return no_entrypoint(launched.error().message);
    return std::unexpected(launched.error());
  }
  began_ = SteadyClock::now();
  Duration most = counted_from_ ? Duration(std::chrono::seconds(unit_.timeout_seconds))
                                : shop_.options.init_limit;
  Environment::Found found = environment_->wait_ready(began_ + most);
  if (!counted_from_) init_ms_ = millis_since(began_);
  return found == Environment::Found::ready ? serve() : start_ended(found);
}

Result<void> InvocationRun::launch() {
  Result<Place> where = place();
  if (!where) return std::unexpected(where.error());
  ProcessOptions options = launch_of(unit_, language_, *where);
  if (language_ == Language::bootstrap && access(options.program.c_str(), X_OK) != 0)
    return fail(ErrorCode::not_found,
                "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]");
  Result<std::uint16_t> port = environment_->listen();
  if (!port) return std::unexpected(port.error());
  options.environment["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:" + std::to_string(*port);
  Result<void> running = shop_.hub.run(environment_, std::move(options));
  // The runner's end kills what it knows; a process that starts at that moment is ours to kill.
  if (shop_.pool.closed()) environment_->kill();
  return running;
}

Result<Place> InvocationRun::place() {
  Place where;
  if (language_ != Language::bootstrap) {
    auto interpreter = shop_.interpreters.find(language_, unit_.runtime);
    if (!interpreter) return std::unexpected(interpreter.error());
    where.interpreter = *interpreter;
  }
  auto explain = [&](Error error) {
    if (error.hint.empty()) error.hint = "Upload the function's code again.";
    return fail(std::move(error), "unpack the code of '" + unit_.function_name + "'");
  };
  auto code = shop_.code.code(unit_.zip, unit_.code_sha256);
  if (!code) return explain(code.error());
  auto layers = shop_.code.layers(unit_.layer_zips);
  if (!layers) return explain(layers.error());
  where.code = *code;
  where.layers = *layers;
  where.loops = shop_.options.folder / "loops";
  where.endpoint_url = shop_.options.endpoint_url;
  where.log_stream = log_stream_name(shop_.clock.now(), unit_.version, hex_id(32));
  where.credentials = shop_.options.credentials
                          ? shop_.options.credentials(unit_.account)
                          : std::array<std::string, 3>{"local", "local", "local"};
  return where;
}

InvocationRun::Attempt InvocationRun::start_ended(Environment::Found how) {
  if (how == Environment::Found::late && counted_from_) return timed_out();
  double spent = millis_since(began_);
  if (how == Environment::Found::late) {
    Environment::Log log = environment_->take_log();
    init_log_ += log.before + log.during + init_report(spent, "timeout", "");
    counted_from_ = began_;
    init_ms_.reset();
    abandon();
    return std::nullopt;
  }
  std::optional<Posted> posted = environment_->take_posted();
  if (!posted) {
    init_log_ += init_report(spent, "error", "Runtime.ExitError");
    return exited();
  }
  init_log_ += init_report(spent, "error", posted->error_type);
  Environment::Log log = environment_->take_log();
  InvocationResult failed = result({.payload = posted->payload,
                                    .is_error = true,
                                    .status = "error",
                                    .error_type = posted->error_type},
                                   {.before = log.before + log.during, .during = {}});
  abandon();
  return failed;
}

InvocationRun::Attempt InvocationRun::serve() {
  SteadyTime start = counted_from_.value_or(SteadyClock::now());
  SteadyTime until = start + std::chrono::seconds(unit_.timeout_seconds);
  if (!environment_->begin(task(until))) {
    abandon();
    return std::nullopt;
  }
  begun_ = true;
  switch (environment_->wait_posted(until)) {
    case Environment::Found::posted: return answered(until);
    case Environment::Found::ended: return exited();
    default: return timed_out();
  }
}

Task InvocationRun::task(SteadyTime until) const {
  Time now = shop_.clock.now();
  auto left = std::chrono::ceil<Duration>(until - SteadyClock::now());
  return {.request_id = invocation_.request_id,
          .arn = invocation_.invoked_arn,
          .payload = invocation_.payload,
          .client_context = invocation_.client_context,
          .trace_id = trace_id(now),
          .deadline = now + left};
}

InvocationResult InvocationRun::answered(SteadyTime until) {
  std::optional<Posted> posted = environment_->take_posted();
  ENSURE(posted.has_value());
  Ending ending{.payload = std::move(posted->payload), .is_error = posted->is_error};
  InvocationResult done = result(std::move(ending), environment_->take_log());
  release(until);
  return done;
}

InvocationResult InvocationRun::exited() {
  ProcessExit exit = environment_->exit().value_or(ProcessExit{});
  Environment::Log log = environment_->take_log();
  if (!begun_) log = {.before = log.before + log.during, .during = {}};
  std::string message = exit_message(invocation_.request_id, exit);
  InvocationResult done = result({.payload = error_document("Runtime.ExitError", message),
                                  .is_error = true,
                                  .status = "error",
                                  .error_type = "Runtime.ExitError",
                                  .last_line = message},
                                 std::move(log));
  abandon();
  return done;
}

InvocationResult InvocationRun::timed_out() {
  environment_->peak_memory(true);
  environment_->kill();
  std::string message = timed_out_message(invocation_.request_id, unit_.timeout_seconds);
  std::string line =
      fmt::format("{} {} Task timed out after {}.00 seconds\n", rfc3339(shop_.clock.now()),
                  invocation_.request_id, unit_.timeout_seconds);
  InvocationResult done = result({.payload = error_document("Sandbox.Timedout", message),
                                  .is_error = true,
                                  .status = "timeout",
                                  .last_line = line},
                                 environment_->take_log());
  abandon();
  return done;
}

InvocationResult InvocationRun::no_entrypoint(std::string const& why) {
  std::string message = "RequestId: " + invocation_.request_id + " Error: " + why;
  return result({.payload = error_document("Runtime.InvalidEntrypoint", message),
                 .is_error = true,
                 .status = "error",
                 .error_type = "Runtime.InvalidEntrypoint",
                 .last_line = message},
                {});
}

InvocationResult InvocationRun::result(Ending ending, Environment::Log log) {
  double spent = counted_from_ ? millis_since(*counted_from_)
                 : begun_      ? environment_->handler_time(SteadyClock::now()).count()
                               : 0;
  constexpr std::size_t megabyte = 1 << 20;
  ReportFacts facts{.request_id = invocation_.request_id,
                    .version = unit_.version,
                    .arn = invocation_.invoked_arn,
                    .duration_ms = spent,
                    .init_ms = init_ms_,
                    .memory_mb = unit_.memory_mb,
                    .max_memory_mb = static_cast<int>((peak_memory() + megabyte - 1) / megabyte),
                    .status = ending.status,
                    .error_type = ending.error_type};
  InvocationResult done;
  done.log = log_text(ending, std::move(log), facts);
  done.payload = std::move(ending.payload);
  if (ending.is_error) done.function_error = "Unhandled";
  done.duration = whole(spent);
  done.duration_ms = spent;
  if (init_ms_) done.init = whole(*init_ms_);
  done.max_memory_mb = facts.max_memory_mb;
  return done;
}

std::string InvocationRun::log_text(Ending const& ending, Environment::Log log,
                                    ReportFacts const& facts) const {
  Time now = shop_.clock.now();
  auto end_line = [](std::string& text) {
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
  };
  std::string text = std::move(log.before);
  end_line(text);
  text += init_log_ + start_record(facts, unit_.json_logs, now) + log.during;
  end_line(text);
  text += ending.last_line;
  end_line(text);
  return text + report_records(facts, unit_.json_logs, now);
}

std::size_t InvocationRun::peak_memory() const {
  std::size_t seen = environment_->peak_memory();
  if (seen) return seen;
  std::optional<ProcessExit> exit = environment_->exit();
  return exit ? exit->peak_memory : 0;
}

/// Back to the pool, or to its end where it is not to be used again.
void InvocationRun::release(SteadyTime until) {
  if (!environment_->wait_settled(runtime_limits::settle, until)) return;  // the hub will tell
  if (environment_->exit() || !shop_.pool.give_back(environment_, shop_.clock.monotonic()))
    abandon();
}

void InvocationRun::abandon() {
  environment_->kill();
  shop_.pool.forget(environment_);
}

}  // namespace sluice::local
