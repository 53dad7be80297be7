#include <charconv>

#include "base/strings.hpp"
#include "local/endpoint_parts.hpp"
#include "local/wire/call.hpp"

namespace sluice::local {
namespace {

constexpr std::string_view root = "/_sluice/";
constexpr std::size_t most_functions = 500;  ///< that are listed

net::Response answer(int status, json::Value const& body) {
  net::Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/json");
  response.headers.set("Cache-Control", "no-store");
  response.body = body.dump();
  return response;
}

net::Response answer(Error const& error, int status = 400) {
  return answer(status, {{"error", json::Value{{"code", name_of(error.code)},
                                               {"message", error.message},
                                               {"hint", error.hint}}}});
}

net::Response not_found(std::string message) {
  return answer(Error{ErrorCode::not_found, std::move(message), {}}, 404);
}

net::Response done() { return answer(200, json::Object{}); }

std::int64_t number_of(std::string const& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// The link GetFunction gave out: works without credentials, as a presigned URL does.
net::Response send_code(EndpointParts& parts, std::string_view token) {
  auto bytes = parts.model.with([&](auto& model) -> Result<std::string> {
    auto const blob = model->code.resolve(token, parts.clock.now());
    if (!blob) return fail(ErrorCode::denied, "Request has expired");
    return model->blobs.get(*blob);
  });
  if (!bytes) return answer(bytes.error(), bytes.error().code == ErrorCode::denied ? 403 : 404);
  net::Response response;
  response.headers.set("Content-Type", "application/zip");
  response.body = std::move(*bytes);
  return response;
}

net::Response faults(EndpointParts& parts, net::Incoming const& request, std::string_view rest) {
  if (!rest.empty()) {
    if (request.method != "DELETE") return not_found("only DELETE works on one fault");
    if (parts.faults.remove(number_of(std::string(rest)))) return done();
    return not_found("there is no fault " + std::string(rest));
  }
  if (request.method == "GET") return answer(200, {{"faults", parts.faults.list()}});
  if (request.method == "DELETE") {
    parts.faults.clear();
    return done();
  }
  auto const body = json::parse(request.body);
  if (!body) return answer(body.error());
  auto rule = parse_fault(*body);
  if (!rule) return answer(rule.error());
  auto const added = parts.faults.add(std::move(*rule));
  return added ? answer(201, *added) : answer(added.error());
}

/// What was published to topics.
net::Response messages(EndpointParts& parts, net::Incoming const& request) {
  bool const clear = request.method == "DELETE";
  json::Value list = json::array({});
  parts.model.with([&](auto& model) {
    if (clear) model->sns.clear_messages();
    for (auto const& message : model->sns.messages()) list.push(to_json(message));
  });
  if (clear) parts.changed();
  return clear ? done() : answer(200, {{"messages", std::move(list)}});
}

net::Response calls(EndpointParts& parts, net::Incoming const& request, net::Pairs const& query) {
  if (request.method == "DELETE") {
    parts.calls.clear();
    return done();
  }
  return answer(200, {{"calls", parts.calls.list(number_of(value_of(query, "after")))}});
}

/// Of one function: ?account=&region=&version=&after=. The account may be left out.
net::Response logs(EndpointParts& parts, net::Pairs const& query, std::string_view name) {
  auto const function = net::percent_decode(name);
  if (!function || function->empty()) return not_found("name a function: /_sluice/logs/NAME");
  auto account = value_of(query, "account");
  if (account.empty()) account = default_account;
  return answer(200, {{"entries", parts.logs.list(account, value_of(query, "region"), *function,
                                                  value_of(query, "version"),
                                                  number_of(value_of(query, "after")))}});
}

/// ?name=&key=: where functions are, of every account and Region, and the account of that key.
net::Response functions(EndpointParts& parts, net::Pairs const& query) {
  return parts.model.with([&](auto& model) {
    json::Value list = json::array({});
    for (auto const& place : model->lambda.functions(value_of(query, "name"), most_functions))
      list.push(json::Value{
          {"function", place.function}, {"account", place.account}, {"region", place.region}});
    auto const* key = model->keys.find(value_of(query, "key"));
    std::string account(key ? std::string_view(key->principal.account) : default_account);
    return answer(200, {{"account", account}, {"functions", list}});
  });
}

json::Value settings_of(EndpointParts& parts) {
  return parts.model.with([&](auto& model) {
    auto const& lambda = parts.settings.lambda;
    return json::Value{{"settle_delay", text_of(lambda.settle_delay)},
                       {"provisioning_delay", text_of(lambda.provisioning_delay)},
                       {"throttle_rate", lambda.rates.all},
                       {"metric_lag", text_of(model->metrics.lag())}};
  });
}

Result<Duration> read_duration(std::string const& name, json::Value const& value) {
  auto const duration = parse_duration(value.as_string());
  if (!duration) return fail(duration.error(), "the setting " + name);
  if (*duration < Duration::zero() || *duration > std::chrono::hours(1))
    return fail(ErrorCode::invalid_input, "the setting " + name + " must be 0s to 1h");
  return *duration;
}

Result<void> change_setting(LambdaSettings& lambda, Duration& lag, std::string const& name,
                            json::Value const& value) {
  if (name == "throttle_rate") {
    if (!value.is_number() || value.as_double() < 0 || value.as_double() > 1e6)
      return fail(ErrorCode::invalid_input,
                  "the setting throttle_rate must be a number of calls per second",
                  "AWS allows 15; 0 switches throttling off");
    lambda.rates.all = value.as_double();
    return {};
  }
  Duration* changed = name == "settle_delay"         ? &lambda.settle_delay
                      : name == "provisioning_delay" ? &lambda.provisioning_delay
                      : name == "metric_lag"         ? &lag
                                                     : nullptr;
  if (!changed)
    return fail(ErrorCode::invalid_input, "there is no setting '" + name + "'",
                "there are settle_delay, provisioning_delay, throttle_rate and metric_lag");
  auto const duration = read_duration(name, value);
  if (!duration) return std::unexpected(duration.error());
  *changed = *duration;
  return {};
}

net::Response settings(EndpointParts& parts, net::Incoming const& request) {
  if (request.method != "PUT") return answer(200, settings_of(parts));
  auto const body = json::parse(request.body);
  if (!body) return answer(body.error());
  // All of them are read before one is changed.
  auto const changed = parts.model.with([&](auto& model) -> Result<void> {
    auto lambda = parts.settings.lambda;
    auto lag = parts.settings.metric_lag;
    for (auto const& [name, value] : body->members())
      if (auto fine = change_setting(lambda, lag, name, value); !fine) return fine;
    parts.settings.lambda = lambda;
    parts.settings.metric_lag = lag;
    model->lambda.set_lambda_settings(lambda);
    model->metrics.set_lag(lag);
    return {};
  });
  return changed ? answer(200, settings_of(parts)) : answer(changed.error());
}

net::Response status(EndpointParts& parts) {
  auto const runner = parts.invoker->runner();
  return answer(200, {{"url", parts.url},
                      {"functions", runner != nullptr},
                      {"processes", runner ? runner->processes() : 0}});
}

}  // namespace

net::Response answer_admin(EndpointParts& parts, net::Incoming const& request) {
  auto path = std::string_view(request.path).substr(root.size());
  auto const slash = path.find('/');
  auto const what = path.substr(0, slash);
  auto const rest = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  if (what == "code" && request.method == "GET") return send_code(parts, rest);
  // A web page cannot send this field to another site without being asked first.
  if (request.headers.get("X-Sluice-Local") != "1")
    return answer(Error{ErrorCode::denied, "the request lacks the field X-Sluice-Local: 1",
                        "use the sluice local commands"},
                  403);
  auto const query = net::parse_query(request.query);
  if (!query) return answer(query.error());
  auto const& method = request.method;
  bool const get = method == "GET";
  if (what == "status" && get) return status(parts);
  if (what == "faults" && (get || method == "POST" || method == "DELETE"))
    return faults(parts, request, rest);
  if (what == "messages" && (get || method == "DELETE")) return messages(parts, request);
  if (what == "calls" && (get || method == "DELETE")) return calls(parts, request, *query);
  if (what == "functions" && get) return functions(parts, *query);
  if (what == "logs" && get) return logs(parts, *query, rest);
  if (what == "settings" && (get || method == "PUT")) return settings(parts, request);
  if (what == "reset" && method == "POST") {
    reset_endpoint(parts);
    return done();
  }
  return not_found(method + " " + request.path + " is nothing the local endpoint knows");
}

}  // namespace sluice::local
