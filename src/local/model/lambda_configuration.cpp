#include <set>

#include "base/hash.hpp"
#include "base/strings.hpp"
#include "local/model/lambda_record.hpp"

namespace sluice::local::lambda {
namespace {

constexpr std::size_t max_layers = 5;

/// The request's layer version ARNs as the objects they are answered as.
Outcome<json::Array> resolve_layers(Call const& call, json::Value const& given) {
  if (given.items().size() > max_layers) return invalid("Cannot reference more than 5 layers.");
  json::Array layers;
  std::set<std::string> seen;
  for (auto const& item : given.items()) {
    auto const& arn = item.as_string();
    auto parts = split(arn, ':');
    if (parts.size() != 8 || parts[5] != "layer")
      return invalid("Layer version ARN does not exist.");
    if (parts[3] != call.data.region)
      return invalid(
          "Layers are not in the same region as the function. Layers are expected to be "
          "in region " +
          call.data.region + ".");
    if (!seen.insert(arn.substr(0, arn.rfind(':'))).second)
      return invalid(
          "Two different versions of the same layer are not allowed to be referenced in "
          "the same function. " +
          arn);
    auto known = call.data.layers.find(arn);
    if (known == call.data.layers.end()) return invalid("Layer version ARN does not exist.");
    layers.push_back({{"Arn", arn}, {"CodeSize", static_cast<std::int64_t>(known->second)}});
  }
  return layers;
}

/// Log levels belong to the JSON format; that format has defaults for them.
Outcome<void> merge_logging(Call const& call, json::Value& configuration) {
  auto const& given = call.request["LoggingConfig"];
  auto const& before = configuration["LoggingConfig"];
  json::Value logging;
  auto const& format = given["LogFormat"].as_string();
  logging.set("LogFormat", format.empty() ? before["LogFormat"] : json::Value(format));
  bool is_json = logging["LogFormat"].as_string() == "JSON";
  for (auto const* member : {"ApplicationLogLevel", "SystemLogLevel"}) {
    if (is_json)
      logging.set(member, given[member].is_null() ? json::Value("INFO") : given[member]);
    else if (!given[member].is_null())
      return invalid(
          "Log Level is not supported when LogFormat is set to Text. Remove Log Level "
          "from your LoggingConfig or change the LogFormat to JSON and try again.");
  }
  logging.set("LogGroup", given["LogGroup"].is_null() ? before["LogGroup"] : given["LogGroup"]);
  configuration.set("LoggingConfig", std::move(logging));
  return {};
}

/// A network made up from its subnets: there is none here, but clients read VpcId.
json::Value vpc_of(json::Value const& given) {
  json::Value vpc;
  bool detached = given["SubnetIds"].items().empty();
  vpc.set("SubnetIds", json::Value(given["SubnetIds"].items()));
  vpc.set("SecurityGroupIds", json::Value(given["SecurityGroupIds"].items()));
  vpc.set("VpcId",
          detached ? std::string() : "vpc-" + hex(sha256(given["SubnetIds"].dump())).substr(0, 17));
  vpc.set("Ipv6AllowedForDualStack", given["Ipv6AllowedForDualStack"].as_bool());
  return vpc;
}

/// Sets the member, or takes it away where `value` says "none".
void set_or_clear(json::Value& configuration, std::string_view member, json::Value value,
                  bool clear) {
  if (clear)
    configuration.erase(member);
  else
    configuration.set(member, std::move(value));
}

void merge_objects(json::Value const& request, json::Value& configuration) {
  auto const& environment = request["Environment"];
  if (!environment.is_null())
    set_or_clear(configuration, "Environment", environment,
                 environment["Variables"].members().empty());
  auto const& dead_letter = request["DeadLetterConfig"];
  if (!dead_letter.is_null())
    set_or_clear(configuration, "DeadLetterConfig", dead_letter,
                 dead_letter["TargetArn"].as_string().empty());
  auto const& files = request["FileSystemConfigs"];
  if (!files.is_null())
    set_or_clear(configuration, "FileSystemConfigs", files, files.items().empty());
  auto const& key = request["KMSKeyArn"];
  if (!key.is_null()) set_or_clear(configuration, "KMSKeyArn", key, key.as_string().empty());
  auto const& image = request["ImageConfig"];
  if (!image.is_null())
    set_or_clear(configuration, "ImageConfigResponse", json::Value{{"ImageConfig", image}},
                 image.members().empty());
  auto const& vpc = request["VpcConfig"];
  bool attaches = !vpc["SubnetIds"].items().empty();
  if (!vpc.is_null() && (attaches || configuration.contains("VpcConfig")))
    configuration.set("VpcConfig", vpc_of(vpc));
  auto const& tracing = request["TracingConfig"]["Mode"];
  if (!tracing.is_null()) configuration.set("TracingConfig", json::Value{{"Mode", tracing}});
  auto const& snap_start = request["SnapStart"]["ApplyOn"];
  if (!snap_start.is_null())
    configuration.set("SnapStart",
                      json::Value{{"ApplyOn", snap_start}, {"OptimizationStatus", "Off"}});
}

}  // namespace

Outcome<void> merge_configuration(Call const& call, json::Value& configuration) {
  auto const& request = call.request;
  for (auto const* member :
       {"Role", "Handler", "Runtime", "Description", "Timeout", "MemorySize", "EphemeralStorage"})
    if (call.has(member)) configuration.set(member, request[member]);
  if (call.has("Layers")) {
    auto layers = resolve_layers(call, request["Layers"]);
    if (!layers) return std::unexpected(layers.error());
    set_or_clear(configuration, "Layers", json::Value(*layers), layers->empty());
  }
  merge_objects(request, configuration);
  if (call.has("LoggingConfig")) return merge_logging(call, configuration);
  return {};
}

}  // namespace sluice::local::lambda
