#include "dialect/native/init.hpp"

#include "dialect/native/aws_members.hpp"
#include "dialect/native/write_parts.hpp"
#include "dialect/native/yaml_text.hpp"

namespace sluice::dialect {
namespace {

/// What CreateFunction sets where nothing is said (Lambda API, CreateFunction).
json::Value defaults() {
  return json::Value{{"Description", ""},
                     {"MemorySize", 128},
                     {"Timeout", 3},
                     {"PackageType", "Zip"},
                     {"KMSKeyArn", ""},
                     {"Architectures", json::array({"x86_64"})},
                     {"EphemeralStorage", json::Value{{"Size", 512}}},
                     {"TracingConfig", json::Value{{"Mode", "PassThrough"}}},
                     {"SnapStart", json::Value{{"ApplyOn", "None"}}}};
}

/// The part of an answer that a request can hold: AWS adds members such as VpcId and CodeSize.
json::Value requestable(json::Value const& value, native::Shape const& shape) {
  if (shape.kind == native::Shape::Kind::structure) {
    json::Value out = json::Object{};
    for (auto const& member : shape.members)
      if (value.contains(member.aws))
        out.set(member.aws, requestable(value[member.aws], member.shape));
    return out;
  }
  if (shape.kind != native::Shape::Kind::list) return value;
  json::Value out = json::Array{};
  for (auto const& item : value.items())
    out.push(item.is_object() && item.contains("Arn") && shape.element[0].members.empty()
                 ? item["Arn"]  // Layers come back as objects and are sent as ARNs.
                 : requestable(item, shape.element.front()));
  return out;
}

bool says_nothing(json::Value const& value) {
  if (value.is_object()) {
    for (auto const& [name, member] : value.members())
      if (!says_nothing(member)) return false;
    return true;
  }
  return value.is_null() || (value.is_array() && value.items().empty()) ||
         (value.is_string() && value.as_string().empty());
}

bool is_default_logging(json::Value const& logging, std::string const& function) {
  return logging["LogFormat"].as_string() == "Text" &&
         (!logging.contains("LogGroup") ||
          logging["LogGroup"].as_string() == "/aws/lambda/" + function);
}

json::Value worth_saying(json::Value configuration) {
  std::string const function = configuration["FunctionName"].as_string();
  if (configuration.contains("ImageConfigResponse"))
    configuration.set("ImageConfig",
                      json::Value(configuration["ImageConfigResponse"]["ImageConfig"]));
  json::Value const usual = defaults();
  json::Value out = json::Object{};
  for (auto const& member : native::verbatim_members()) {
    json::Value value = requestable(configuration[member.aws], member.shape);
    bool default_vpc = member.aws == "VpcConfig" && says_nothing(value["SubnetIds"]);
    bool default_logging = member.aws == "LoggingConfig" && is_default_logging(value, function);
    if (says_nothing(value) || default_vpc || default_logging) continue;
    if (usual.contains(member.aws) && value == usual[member.aws]) continue;
    out.set(member.aws, std::move(value));
  }
  return out;
}

}  // namespace

std::string native_for_function(json::Value const& function_configuration,
                                std::map<std::string, std::string> const& tags,
                                std::string const& alias, std::string const& region) {
  plan::Release release;
  release.function = function_configuration["FunctionName"].as_string();
  release.alias = alias;
  release.configuration = worth_saying(function_configuration);
  if (!tags.empty()) release.tags = tags;
  json::Value file{{"function", release.function}};
  if (!region.empty()) file.set("region", region);
  json::Value const settings = native::settings_text(release, release.function);
  for (auto const& [name, value] : settings.members()) file.set(name, value);
  if (!alias.empty())
    file.set("strategy", json::array({json::Value{{"shift", 10}, {"watch", "5m"}},
                                      json::Value{{"shift", 50}, {"watch", "5m"}}}));
  return native::release_file_text(file) +
         "# Without a package the code stays as it is. To release code too:\n# package: ./src\n";
}

}  // namespace sluice::dialect
