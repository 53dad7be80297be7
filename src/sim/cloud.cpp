#include "sim/cloud.hpp"

#include "base/hash.hpp"
#include "base/strings.hpp"
#include "engine/release/configuration.hpp"
#include "local/wire/cloudwatch.hpp"
#include "local/wire/lambda.hpp"

namespace sluice::sim {
namespace {

using engine::AliasContent;

local::LambdaSettings settings_of(Scenario const& scenario) {
  local::LambdaSettings settings;
  settings.settle_delay = scenario.settle_delay;
  settings.rates = {0, 0, 0};  // throttling is drawn, so that every call can meet it
  return settings;
}

std::string region_of(net::Headers const& headers) {
  // Credential=KEY/DATE/REGION/SERVICE/aws4_request
  auto parts = split(headers.get("authorization"), '/');
  return parts.size() > 2 ? parts[2] : std::string();
}

net::Incoming incoming_of(net::Request const& request) {
  net::Incoming incoming;
  auto url = net::Url::parse(request.url);
  ENSURE(url.has_value());
  incoming.method = request.method;
  incoming.path = url->path;
  incoming.query = url->query;
  incoming.headers = request.headers;
  incoming.body = body_of(request);
  incoming.peer = "simulator";
  return incoming;
}

bool reads(std::string const& operation) {
  return operation.starts_with("Get") || operation.starts_with("List") || operation == "Invoke";
}

/// Every function answers.
class Answers final : public local::Invoker {
 public:
  local::Outcome<local::InvocationResult> invoke(local::Executed const&,
                                                 local::Invocation const&) override {
    local::InvocationResult result;
    result.payload = "{}";
    return result;
  }
  local::Outcome<void> enqueue(local::Executed const&, local::Invocation const&) override {
    return {};
  }
};

/// How long reads may answer what was before a write.
constexpr Duration reads_lag = std::chrono::seconds(30);

/// The segment behind "functions/", or the name in a tagged ARN.
std::string function_in(std::string const& path, json::Value const& body) {
  if (body["FunctionName"].is_string()) return body["FunctionName"].as_string();
  auto decoded = net::percent_decode(path).value_or(path);
  for (std::string marker : {"/functions/", ":function:"}) {
    auto at = decoded.find(marker);
    if (at == std::string::npos) continue;
    auto rest = decoded.substr(at + marker.size());
    return rest.substr(0, rest.find_first_of("/:"));
  }
  return {};
}

}  // namespace

std::string body_of(net::Request const& request) {
  if (!request.stream) return request.body;
  std::string body(request.stream->size(), '\0');
  for (std::size_t filled = 0; filled < body.size();) {
    auto got = request.stream->read(filled, std::span(body).subspan(filled));
    ENSURE(got && *got > 0);
    filled += *got;
  }
  return body;
}

Cloud::Cloud(VirtualClock& clock, std::uint64_t seed, Scenario const& scenario)
    : clock_(clock),
      random_(seed),
      scenario_(scenario),
      world_(local::LambdaPorts{code_, objects_, images_}, settings_of(scenario)) {
  metrics_.set_lag(scenario.metric_lag);
  clock_.passed = [this](Time from, Time to) { serve(from, to); };
}

CloudCall Cloud::read(net::Request const& request) {
  CloudCall call;
  call.region = region_of(request.headers);
  auto url = net::Url::parse(request.url);
  if (!url || url->scheme == "memory") return call;
  if (request.headers.contains("x-amz-target")) {
    call.operation = "GetMetricData";
    return call;
  }
  if (url->host == hooks_host) {
    call.operation = "SendRequest";
    call.function = request.headers.get("Sluice-Delivery");
    call.write = true;
    return call;
  }
  call.operation = local::operation_of(request.method, url->path, url->query).value_or("");
  call.write = !reads(call.operation);
  if (call.operation == "UpdateAlias" || call.operation == "CreateFunction")
    call.body = json::parse(body_of(request)).value_or(json::Value());
  call.function = function_in(url->path, call.body);
  for (auto const& [name, value] : net::parse_query(url->query).value_or(net::Pairs{}))
    if (name == "Qualifier") call.qualifier = value;
  return call;
}

net::Response Cloud::invoke(net::Request const& request) {
  auto& service = world_.lambda(account, region_of(request.headers));
  auto pending = local::begin_invoke(service, incoming_of(request), clock_.now(), random_);
  if (!pending) return pending.error();
  Answers answers;
  return local::finish_invoke(*pending, answers);
}

net::Response Cloud::answer(net::Request const& request) {
  if (request.url.starts_with("memory:")) return download(request.url);
  if (request.headers.contains("x-amz-target")) return metrics(request);
  if (request.url.find(hooks_host) != std::string::npos) {
    net::Response response;
    response.status = request.url.ends_with("/take") ? 200 : 403;
    return response;
  }
  CloudCall call = read(request);
  if (call.operation == "Invoke") return invoke(request);
  auto& service = world_.lambda(account, call.region);
  auto response = local::handle_lambda(service, incoming_of(request), clock_.now(), random_);
  if (call.operation.ends_with("Alias") && call.write) remember_alias(call.region, call.function);
  return response;
}

net::Response Cloud::metrics(net::Request const& request) {
  net::Incoming incoming = incoming_of(request);
  auto read = local::read_cloudwatch(incoming);
  ENSURE(read.has_value());
  local::Call call{incoming, {}, read->operation, {},          local::Principal{},
                   {},       {}, "simulated",     clock_.now()};
  call.caller.account = account;
  call.region = region_of(request.headers);
  return local::answer_cloudwatch(metrics_, alarms_, call, *read);
}

net::Response Cloud::download(std::string const& url) const {
  net::Response response;
  auto bytes = bytes_of(url.substr(std::string_view("memory:").size()));
  response.status = bytes ? 200 : 404;
  response.body = bytes.value_or("");
  return response;
}

std::optional<std::string> Cloud::bytes_of(std::string const& sha256) const {
  auto const* found = code_.find(sha256);
  return found ? std::optional(*found) : std::nullopt;
}

local::Outcome<json::Value> Cloud::call(std::string const& region, std::string const& operation,
                                        json::Value const& request) {
  auto outcome = world_.lambda(account, region).call(operation, request, clock_.now(), random_);
  if (operation.ends_with("Alias") && !reads(operation))
    remember_alias(region, request["FunctionName"].as_string());
  return outcome;
}

void Cloud::remember_alias(std::string const& region, std::string const& function) {
  auto found = call(region, "GetAlias", json::Value{{"FunctionName", function}, {"Name", "live"}});
  auto& past = past_[{region, function}];
  past.emplace_back(clock_.now(), found ? *found : json::Value());
}

std::optional<net::Response> Cloud::past_alias(CloudCall const& call, Random& random) const {
  auto known = past_.find({call.region, call.function});
  if (call.operation != "GetAlias" || known == past_.end()) return std::nullopt;
  auto const& states = known->second;
  std::size_t first = 0;
  while (first + 1 < states.size() && states[first + 1].first < clock_.now() - reads_lag) ++first;
  std::size_t const old = states.size() - 1 - first;
  if (old == 0) return std::nullopt;
  json::Value const& content = states[first + random.below(old)].second;
  net::Response response;
  response.headers.set("Content-Type", "application/json");
  response.status = content.is_null() ? 404 : 200;
  response.body = content.dump();
  if (!content.is_null()) return response;
  response.headers.set("X-Amzn-ErrorType", "ResourceNotFoundException");
  response.body = json::Value{{"Type", "User"}, {"Message", "Cannot find alias"}}.dump();
  return response;
}

void Cloud::fail_next_update(FunctionScenario const& function) {
  world_.lambda(account, function.region)
      .fail_next(function.name, "InvalidRuntime", "the runtime could not be prepared");
}

std::optional<AliasContent> Cloud::alias(FunctionScenario const& function) {
  auto found = call(function.region, "GetAlias",
                    json::Value{{"FunctionName", function.name}, {"Name", function.alias}});
  if (!found) return std::nullopt;
  AliasContent content{(*found)["FunctionVersion"].as_string(), {}};
  auto const& weights = (*found)["RoutingConfig"]["AdditionalVersionWeights"];
  for (auto const& [version, share] : weights.members())
    content.weights[version] = share.as_double();
  return content;
}

json::Value Cloud::record(FunctionScenario const& function, std::string const& qualifier) {
  json::Value request{{"FunctionName", function.name}};
  if (!qualifier.empty()) request.set("Qualifier", qualifier);
  auto found = call(function.region, "GetFunctionConfiguration", request);
  return found ? *found : json::Value();
}

json::Value Cloud::tags(FunctionScenario const& function) {
  auto found = call(function.region, "GetFunction", json::Value{{"FunctionName", function.name}});
  return found ? (*found)["Tags"] : json::Value();
}

Cloud::Before const& Cloud::before(FunctionScenario const& function) const {
  return before_.at(function.release);
}

void Cloud::furnish() {
  for (auto const& function : scenario_.functions) {
    furnish(function);
    bool unknown = past_[{function.region, function.name}].empty();
    if (!function.alias.empty() && unknown) remember_alias(function.region, function.name);
    Before before;
    before.alias = alias(function);
    auto latest = record(function);
    if (latest.is_object()) {
      before.latest = engine::fingerprint(latest);
      before.latest_frozen = engine::frozen_fingerprint(latest);
    }
    before.tags = tags(function);
    before_[function.release] = std::move(before);
  }
}

void Cloud::furnish(FunctionScenario const& function) {
  using Start = FunctionScenario::Start;
  if (function.start == Start::absent) return;
  auto settle = [&] { clock_.advance(scenario_.settle_delay + Duration(1)); };
  auto must = [&](std::string const& operation, json::Value request) {
    request.set("FunctionName", function.name);
    auto done = call(function.region, operation, request);
    ENSURE(done.has_value());
    settle();
  };
  auto zip = [&](std::string const& which) { return base64(code_bytes(function.name, which)); };
  json::Value create = base_configuration();
  create.set("Code", json::Value{{"ZipFile", zip("1")}});
  create.set("Publish", function.versions > 0);
  must("CreateFunction", create);
  for (int version = 2; version <= function.versions; ++version)
    must("UpdateFunctionCode",
         json::Value{{"ZipFile", zip(std::to_string(version))}, {"Publish", true}});
  if (function.latest_ahead) must("UpdateFunctionCode", json::Value{{"ZipFile", zip("ahead")}});
  bool named =
      function.start == Start::alias_on_latest || function.start == Start::alias_on_version;
  if (!named) return;
  std::string version =
      function.start == Start::alias_on_latest ? "$LATEST" : std::to_string(function.served);
  must("CreateAlias", json::Value{{"Name", function.alias}, {"FunctionVersion", version}});
}

}  // namespace sluice::sim
