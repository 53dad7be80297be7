#include "local/endpoint_invoke.hpp"

#include "base/strings.hpp"
#include "local/model/cloudwatch_lambda.hpp"

namespace sluice::local {
namespace {

struct Place {
  std::string account, region;
};

/// A unit's name begins with them: account/region/function/version/edition.
Place place_of(Executed const& executed) {
  auto const parts = split(executed.unit, '/');
  ENSURE(parts.size() >= 2);
  return {parts[0], parts[1]};
}

/// "name" or "name:qualifier" → the qualifier.
std::string qualifier_of(std::string const& resource) {
  auto const colon = resource.rfind(':');
  return colon == std::string::npos ? std::string() : resource.substr(colon + 1);
}

CodeUnit unit_of(Executed const& executed, CodePath const& code_path) {
  auto const place = place_of(executed);
  auto const& configuration = executed.configuration;
  CodeUnit unit;
  unit.key = executed.unit;
  unit.account = place.account;
  unit.region = place.region;
  unit.function_name = executed.function;
  unit.version = executed.version;
  unit.runtime = configuration["Runtime"].as_string();
  unit.handler = configuration["Handler"].as_string();
  unit.zip = code_path(EndpointCode::blob_of(executed.code_sha256));
  unit.code_sha256 = executed.code_sha256;
  unit.timeout_seconds = static_cast<int>(configuration["Timeout"].as_int(3));
  unit.memory_mb = static_cast<int>(configuration["MemorySize"].as_int(128));
  for (auto const& [name, value] : configuration["Environment"]["Variables"].members())
    unit.environment[name] = value.as_string();
  unit.json_logs = configuration["LoggingConfig"]["LogFormat"].as_string() == "JSON";
  return unit;
}

/// What this endpoint stores and describes but cannot run.
Outcome<void> check_runnable(json::Value const& configuration) {
  if (configuration["PackageType"].as_string() == "Image")
    return refuse(400, "InvalidRuntimeException",
                  "The local endpoint does not run container images; it runs zip packages of "
                  "nodejs*, python* and provided.* runtimes.");
  if (!configuration["Layers"].items().empty())
    return refuse(
        400, "InvalidRuntimeException",
        "The local endpoint does not hold the code of layers, so it cannot run a function "
        "that uses some; put their files into the function's package for the rehearsal.");
  return {};
}

}  // namespace

FunctionInvoker::FunctionInvoker(GuardedModel& model, FunctionLogs& logs, Clock& clock,
                                 CodePath code_path, Enqueue enqueue)
    : model_(model),
      logs_(logs),
      clock_(clock),
      code_path_(std::move(code_path)),
      enqueue_(std::move(enqueue)) {}

void FunctionInvoker::set_runner(std::shared_ptr<Runner> runner) {
  runner_.with([&](auto& held) { held.swap(runner); });
  // Whoever is inside the old one keeps it alive until its request has failed.
  if (runner) runner->close();
}

std::shared_ptr<Runner> FunctionInvoker::runner() {
  return runner_.with([](auto& held) { return held; });
}

Outcome<InvocationResult> FunctionInvoker::invoke(Executed const& executed,
                                                  Invocation const& invocation) {
  if (auto fine = check_runnable(executed.configuration); !fine)
    return std::unexpected(fine.error());
  auto const held = runner();
  if (!held)
    return refuse(503, "ServiceException",
                  "The local endpoint is starting or stopping and runs no functions right now.");
  auto const place = place_of(executed);
  auto const function = place.account + "/" + place.region + "/" + executed.function;
  auto const started = clock_.now();
  int const concurrent = running_.with([&](auto& running) { return ++running[function]; });
  auto result = held->invoke(unit_of(executed, code_path_), invocation);
  running_.with([&](auto& running) {
    if (--running[function] == 0) running.erase(function);
  });
  // Not a 5xx: clients would repeat what cannot get better.
  if (!result) return refuse(400, "InvalidRuntimeException", result.error().text());
  record(executed, invocation, *result, started, concurrent);
  return std::move(*result);
}

Outcome<void> FunctionInvoker::enqueue(Executed const& executed, Invocation const& invocation) {
  auto const place = place_of(executed);
  if (enqueue_({place.account, place.region, executed.resource, invocation})) return {};
  return refuse(429, "TooManyRequestsException",
                "The local endpoint holds its limit of asynchronous events.");
}

Outcome<InvocationResult> FunctionInvoker::attempt(FunctionEvent const& event) {
  auto const executed = model_.with([&](auto& model) {
    return model->lambda.lambda(event.account, event.region)
        .route(event.resource, {}, clock_.now(), model->random);
  });
  if (executed) return invoke(*executed, event.invocation);
  if (executed.error().status == 429) count_throttle(event.account, event.region, event.resource);
  return std::unexpected(executed.error());
}

void FunctionInvoker::count_throttle(std::string const& account, std::string const& region,
                                     std::string const& resource) {
  InvocationMetrics run;
  run.account = account;
  run.region = region;
  run.function_name = resource.substr(0, resource.find(':'));
  run.qualifier = qualifier_of(resource);
  run.started = clock_.now();
  model_.with([&](auto& model) { record_throttle(model->metrics, run, run.started); });
}

void FunctionInvoker::record(Executed const& executed, Invocation const& invocation,
                             InvocationResult const& result, Time started, int concurrent) {
  auto const place = place_of(executed);
  InvocationMetrics run;
  run.account = place.account;
  run.region = place.region;
  run.function_name = executed.function;
  run.qualifier = qualifier_of(executed.resource);
  run.through_alias = !executed.alias.empty();
  run.executed_version = executed.version;
  run.started = started;
  run.duration_ms = result.duration_ms;
  run.failed = !result.function_error.empty();
  run.concurrent = concurrent;
  model_.with([&](auto& model) { record_invocation(model->metrics, run, clock_.now()); });
  logs_.add(place.account, place.region, executed.function,
            {0, started, executed.version, invocation.request_id, result.log, run.failed});
}

}  // namespace sluice::local
