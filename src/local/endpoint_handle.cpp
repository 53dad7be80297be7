#include "base/strings.hpp"
#include "local/endpoint_parts.hpp"
#include "local/wire/auth.hpp"
#include "local/wire/cloudwatch.hpp"
#include "local/wire/lambda.hpp"
#include "local/wire/lambda_paths.hpp"
#include "local/wire/router.hpp"
#include "local/wire/s3.hpp"
#include "local/wire/sns.hpp"
#include "local/wire/sts.hpp"
#include "local/wire/xml.hpp"

namespace sluice::local {
namespace {

/// A request that was read as far as its operation, by the reader of its service.
struct Prepared {
  Route route;
  Call call;
  Sender sender;
  std::string function;   ///< bare name, for fault filters; Lambda only
  S3Target target;        ///< S3 only
  net::Pairs form;        ///< STS and SNS only
  MetricRequest metrics;  ///< CloudWatch only
};

/// The function's name in any of its forms → the bare name.
std::string bare_name(std::string_view name) {
  constexpr std::string_view marker = "function:";
  if (auto const at = name.find(marker); at != std::string_view::npos)
    name.remove_prefix(at + marker.size());
  return std::string(name.substr(0, name.find(':')));
}

void prepare_lambda(Prepared& prepared, net::Incoming const& request) {
  auto const route = lambda_route(request.method, request.path, request.query);
  if (!route) {
    prepared.call.operation = "(unknown)";
    prepared.call.resource = request.path;
    return;
  }
  prepared.call.operation = route->operation;
  for (auto const& [name, value] : route->members)
    prepared.call.resource += (prepared.call.resource.empty() ? "" : "/") + value;
  if (route->operation == "CreateFunction") {
    if (auto const body = json::parse(request.body))
      prepared.call.resource = (*body)["FunctionName"].as_string();
  }
  auto const first = prepared.call.resource.substr(0, prepared.call.resource.find('/'));
  prepared.function = bare_name(first);
  if (auto const& qualifier = value_of(prepared.call.query, "Qualifier"); !qualifier.empty())
    prepared.call.resource += ":" + qualifier;
}

/// What a call on metrics or alarms is about, for the log of calls.
std::string metric_resource(json::Value const& input) {
  if (auto const& name = input["AlarmName"].as_string(); !name.empty()) return name;
  if (auto const& names = input["AlarmNames"].items(); !names.empty())
    return names.front().as_string() + (names.size() > 1 ? " …" : "");
  return input["Namespace"].as_string();
}

Outcome<void> prepare_service(Prepared& prepared, net::Incoming const& request) {
  auto& call = prepared.call;
  switch (prepared.route.service) {
    case Service::lambda: prepare_lambda(prepared, request); return {};
    case Service::s3: {
      auto target = s3_target(request);
      if (!target) return std::unexpected(target.error());
      prepared.target = std::move(*target);
      call.operation = s3_operation(request, prepared.target, call.query);
      call.resource = prepared.target.bucket;
      if (!prepared.target.key.empty()) call.resource += "/" + prepared.target.key;
      return {};
    }
    case Service::sts:
    case Service::sns: {
      auto form = query_form(request);
      if (!form) return std::unexpected(form.error());
      prepared.form = std::move(*form);
      call.operation = value_of(prepared.form, "Action");
      for (auto const* member : {"RoleArn", "TopicArn", "Name"})
        if (call.resource.empty()) call.resource = value_of(prepared.form, member);
      return {};
    }
    case Service::cloudwatch: {
      auto metrics = read_cloudwatch(request);
      if (!metrics) return std::unexpected(metrics.error());
      prepared.metrics = std::move(*metrics);
      call.operation = prepared.metrics.operation;
      call.resource = metric_resource(prepared.metrics.input);
      return {};
    }
    case Service::other: call.operation = other_operation(request); break;
  }
  return std::unexpected(unknown_service(prepared.route));
}

Outcome<Sender> sender_of(EndpointParts& parts, net::Incoming const& request, Time now) {
  auto const lookup = [&](std::string_view id) {
    return parts.model.with([&](auto& model) -> std::optional<AccessKey> {
      auto const* key = model->keys.find(id);
      if (key == nullptr) return {};
      return *key;
    });
  };
  auto sender = authenticate(request, lookup, now);
  if (sender && !sender->region.empty() && !is_region(sender->region))
    return refuse(
        403, "SignatureDoesNotMatch",
        "Credential should be scoped to a valid region, not '" + printable(sender->region) + "'.");
  return sender;
}

/// Idle processes of code that is no longer what `$LATEST` is, or of a function that is gone.
void retire(EndpointParts& parts, Prepared const& prepared, net::Response const& response) {
  auto const& operation = prepared.call.operation;
  if (response.status >= 300) return;
  auto const runner = parts.invoker->runner();
  if (!runner) return;
  auto const prefix =
      prepared.call.caller.account + "/" + prepared.call.region + "/" + prepared.function + "/";
  if (operation == "UpdateFunctionCode" || operation == "UpdateFunctionConfiguration")
    runner->retire(prefix + "$LATEST/");
  else if (operation == "DeleteFunction" && !has(prepared.call.query, "Qualifier"))
    runner->retire(prefix);
}

net::Response invoke(EndpointParts& parts, Prepared const& prepared) {
  auto const& call = prepared.call;
  auto pending = parts.model.with([&](auto& model) {
    auto& service = model->lambda.lambda(call.caller.account, call.region);
    return begin_invoke(service, call.request, call.now, model->random);
  });
  if (pending) return finish_invoke(*pending, *parts.invoker);
  if (pending.error().status == 429) {
    auto resource = prepared.function;
    if (auto const& qualifier = value_of(call.query, "Qualifier"); !qualifier.empty())
      resource += ":" + qualifier;
    parts.invoker->count_throttle(call.caller.account, call.region, resource);
  }
  return std::move(pending.error());
}

net::Response perform(EndpointParts& parts, Prepared const& prepared) {
  auto const& call = prepared.call;
  auto const service = prepared.route.service;
  if (service == Service::lambda && call.operation == "Invoke") return invoke(parts, prepared);
  auto response = parts.model.with([&](auto& model) {
    switch (service) {
      case Service::s3:
        return answer_s3(model->s3, call, prepared.target,
                         prepared.sender.chunks ? &*prepared.sender.chunks : nullptr);
      case Service::sts:
        return answer_sts(model->sts, model->keys, model->random, call, prepared.form);
      case Service::cloudwatch:
        return answer_cloudwatch(model->metrics, model->alarms, call, prepared.metrics);
      case Service::sns: return answer_sns(model->sns, model->random, call, prepared.form);
      case Service::lambda:
      case Service::other: break;
    }
    return handle_lambda(model->lambda.lambda(call.caller.account, call.region), call.request,
                         call.now, model->random);
  });
  if (service == Service::lambda) retire(parts, prepared, response);
  return response;
}

/// What somebody asked to go wrong at this moment; none lets the call go on.
std::optional<net::Response> disturb(EndpointParts& parts, Prepared const& prepared,
                                     FaultRule::When when, CallRecord& record) {
  auto const injection = parts.faults.take(prepared.call.operation, prepared.function, when);
  auto note = [&](std::string_view what) {
    if (!record.fault.empty()) record.fault += ", ";
    record.fault += when == FaultRule::When::before ? "before " : "after-effect ";
    record.fault += what;
  };
  if (injection.delay > Duration::zero()) {
    note("delay " + text_of(injection.delay));
    parts.clock.sleep(injection.delay, parts.stopping.get_token());
  }
  if (!injection.action) return {};
  if (*injection.action == FaultRule::Action::drop) {
    note("drop");
    net::Response response;
    response.drop = true;
    return response;
  }
  auto const fault = injected_fault(*injection.action, prepared.route.name);
  note(fault.code);
  return fault_response(fault, prepared.route, prepared.call.request, prepared.call.request_id);
}

bool changes_something(std::string const& operation) {
  for (auto const* prefix : {"Get", "List", "Head", "Describe"})
    if (operation.starts_with(prefix)) return false;
  return true;
}

net::Response run(EndpointParts& parts, Prepared& prepared, CallRecord& record) {
  auto const& request = prepared.call.request;
  if (auto read = prepare_service(prepared, request); !read)
    return fault_response(read.error(), prepared.route, request, prepared.call.request_id);
  if (auto response = disturb(parts, prepared, FaultRule::When::before, record))
    return std::move(*response);
  auto response = perform(parts, prepared);
  if (changes_something(prepared.call.operation)) parts.changed();
  if (auto instead = disturb(parts, prepared, FaultRule::When::after_effect, record))
    return std::move(*instead);
  return response;
}

std::string error_code(net::Response const& response) {
  if (response.status < 400) return {};
  if (auto const& type = response.headers.get("x-amzn-ErrorType"); !type.empty()) return type;
  if (auto code = xml_text(response.body, "Code"); !code.empty()) return code;
  auto const body = json::parse(response.body);
  return body ? (*body)["__type"].as_string() : std::string();
}

void note_answer(CallRecord& record, net::Response const& response) {
  record.status = response.drop ? 0 : response.status;
  record.error = response.drop ? std::string() : error_code(response);
  if (auto const& id = response.headers.get("x-amzn-RequestId"); !id.empty())
    record.request_id = id;
}

}  // namespace

net::Response answer_aws(EndpointParts& parts, net::Incoming const& request) {
  auto const guessed = route(request, {});
  if (auto fine = check_origin(request.headers); !fine)
    return fault_response(fine.error(), guessed, request, "-");
  if (request.path.starts_with("/_sluice/")) return answer_admin(parts, request);

  auto const started = parts.clock.monotonic();
  CallRecord record;
  record.time = parts.clock.now();
  record.request_id = parts.model.with([](auto& model) { return new_uuid(model->random); });
  record.user_agent = request.headers.get("user-agent");
  auto sender = sender_of(parts, request, record.time);
  net::Response response;
  if (sender) {
    auto query = net::parse_query(request.query);
    auto chosen = route(request, sender->service);
    Prepared prepared{std::move(chosen),
                      {request,
                       query ? std::move(*query) : net::Pairs(),
                       {},
                       {},
                       sender->principal,
                       sender->access_key,
                       sender->region,
                       record.request_id,
                       record.time},
                      std::move(*sender),
                      {},
                      {},
                      {},
                      {}};
    response = run(parts, prepared, record);
    record.account = prepared.call.caller.account;
    record.region = prepared.call.region;
    record.access_key = prepared.call.access_key;
    record.service = prepared.route.name;
    record.operation = prepared.call.operation;
    record.resource = prepared.call.resource;
  } else {
    record.service = guessed.name;
    response = fault_response(sender.error(), guessed, request, record.request_id);
  }
  note_answer(record, response);
  record.duration = parts.clock.monotonic() - started;
  parts.calls.add(std::move(record));
  return response;
}

}  // namespace sluice::local
