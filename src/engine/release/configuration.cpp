#include "engine/release/configuration.hpp"

#include <set>

#include "base/hash.hpp"

namespace sluice::engine {
namespace {

using json::Value;

bool empty(Value const& value) {
  if (value.is_null()) return true;
  if (value.is_string()) return value.as_string().empty();
  if (value.is_array()) return value.items().empty();
  if (value.is_object())
    return std::ranges::all_of(value.members(), [](auto const& m) { return empty(m.second); });
  return false;
}

Value only(Value const& from, std::initializer_list<char const*> names) {
  Value out = json::Object{};
  for (auto name : names)
    if (!empty(from[name])) out.set(name, from[name]);
  return out;
}

Value sorted_strings(Value const& list) {
  std::set<std::string> names;
  for (auto const& item : list.items()) names.insert(item.as_string());
  return json::array_of({names.begin(), names.end()});
}

/// A member's value in one form, whether it was declared or read back: what AWS adds is dropped,
/// what it reads back as objects becomes what was sent, and "nothing" has one form, null.
Value normal(std::string_view name, Value const& record) {
  Value const& value = record[name];
  if (name == "Layers") {
    Value arns = json::Array{};
    for (auto const& layer : value.items()) arns.push(layer.is_object() ? layer["Arn"] : layer);
    return empty(arns) ? Value() : arns;
  }
  if (name == "ImageConfig") {
    Value const& config = record.contains("ImageConfigResponse")
                              ? record["ImageConfigResponse"]["ImageConfig"]
                              : value;
    return empty(config) ? Value() : config;
  }
  if (name == "Environment") {
    Value const& variables = value["Variables"];
    if (value.contains("Error")) return value;
    return empty(variables) ? Value() : Value{{"Variables", variables}};
  }
  if (name == "VpcConfig") {
    if (empty(value["SubnetIds"]) && empty(value["SecurityGroupIds"])) return {};
    Value out{{"SubnetIds", sorted_strings(value["SubnetIds"])},
              {"SecurityGroupIds", sorted_strings(value["SecurityGroupIds"])}};
    if (value["Ipv6AllowedForDualStack"].as_bool()) out.set("Ipv6AllowedForDualStack", true);
    return out;
  }
  if (name == "SnapStart") return empty(value) ? Value() : only(value, {"ApplyOn"});
  if (name == "Description" && value.is_null()) return Value("");
  return empty(value) ? Value() : value;
}

/// Nested members that were not declared keep what AWS has (LoggingConfig comes back complete).
bool covers(Value const& declared, Value const& live) {
  for (auto const& [name, value] : declared.members())
    if (!(live[name] == value)) return false;
  return true;
}

bool same(std::string_view name, Value const& declared, Value const& live) {
  Value want = normal(name, declared);
  Value have = normal(name, live);
  if (name == "LoggingConfig" && want.is_object()) return covers(want, have);
  if (name == "SnapStart") {
    auto mode = [](Value const& value) {
      return value.is_object() ? value["ApplyOn"].as_string() : "None";
    };
    return mode(want) == mode(have);
  }
  if (name == "TracingConfig" && have.is_null())
    return want.is_null() || want["Mode"].as_string() == "PassThrough";
  if (name == "EphemeralStorage" && have.is_null())
    return want.is_null() || want["Size"].as_int() == 512;
  return want == have;
}

constexpr std::string_view not_configuration[] = {"FunctionName",  "Code",
                                                  "Publish",       "PublishTo",
                                                  "Tags",          "PackageType",
                                                  "Architectures", "CodeSigningConfigArn",
                                                  "TenancyConfig", "CapacityProviderConfig"};

/// What UpdateFunctionConfiguration takes, and what clears each member.
std::vector<std::pair<std::string_view, Value>> const& updatable() {
  static std::vector<std::pair<std::string_view, Value>> const table = {
      {"Role", {}},
      {"Handler", {}},
      {"Runtime", {}},
      {"Description", Value("")},
      {"Timeout", Value(3)},
      {"MemorySize", Value(128)},
      {"Environment", Value{{"Variables", json::Object{}}}},
      {"VpcConfig", Value{{"SubnetIds", json::Array{}}, {"SecurityGroupIds", json::Array{}}}},
      {"DeadLetterConfig", Value{{"TargetArn", ""}}},
      {"KMSKeyArn", Value("")},
      {"TracingConfig", Value{{"Mode", "PassThrough"}}},
      {"Layers", json::Array{}},
      {"FileSystemConfigs", json::Array{}},
      {"ImageConfig", {}},
      {"EphemeralStorage", Value{{"Size", 512}}},
      {"SnapStart", Value{{"ApplyOn", "None"}}},
      {"LoggingConfig", {}},
      {"DurableConfig", {}}};
  return table;
}

std::string shown(std::string_view name, Value const& record) {
  if (name == "Environment") {
    std::string names;
    for (auto const& [variable, value] : record["Environment"]["Variables"].members())
      names += (names.empty() ? "" : ", ") + variable;
    return names.empty() ? "none" : names;
  }
  Value value = normal(name, record);
  if (value.is_null()) return "none";
  return value.is_string() ? value.as_string() : value.dump();
}

}  // namespace

std::vector<std::string> differing_members(Value const& declared, Value const& live) {
  std::vector<std::string> names;
  for (auto const& [name, value] : declared.members()) {
    if (std::ranges::find(not_configuration, name) != std::end(not_configuration)) continue;
    if (!same(name, declared, live)) names.push_back(name);
  }
  return names;
}

bool architecture_differs(Value const& declared, Value const& live) {
  if (!declared.contains("Architectures")) return false;
  Value const have =
      live.contains("Architectures") ? live["Architectures"] : json::array({"x86_64"});
  return !(declared["Architectures"] == have);
}

std::optional<std::string> why_not_splittable(Value const& declared, Value const& live) {
  if (declared.contains("Role") && !same("Role", declared, live))
    return "the execution role changes from " + live["Role"].as_string() + " to " +
           declared["Role"].as_string();
  if (declared.contains("DeadLetterConfig") && !same("DeadLetterConfig", declared, live))
    return "the dead-letter target changes from " + shown("DeadLetterConfig", live) + " to " +
           shown("DeadLetterConfig", declared);
  return std::nullopt;
}

std::vector<std::string> describe_differences(Value const& declared, Value const& live) {
  std::vector<std::string> lines;
  for (auto const& name : differing_members(declared, live)) {
    std::string from = shown(name, live);
    std::string to = shown(name, declared);
    if (name == "Environment" && from == to)
      lines.push_back(name + ": values change (" + to + ")");
    else
      lines.push_back(name + ": " + from + " → " + to);
  }
  if (architecture_differs(declared, live))
    lines.push_back("Architectures: " + live["Architectures"].dump() + " → " +
                    declared["Architectures"].dump());
  return lines;
}

std::string fingerprint(Value const& record) {
  Value frozen{{"CodeSha256", record["CodeSha256"]}, {"Architectures", record["Architectures"]}};
  for (auto const& [name, clearing] : updatable()) {
    Value value = normal(name, record);
    if (!value.is_null()) frozen.set(name, std::move(value));
  }
  return hex(sha256(frozen.canonical())).substr(0, 32);
}

std::string frozen_fingerprint(Value const& record) {
  Value nameless = record;
  nameless.erase("Description");
  return fingerprint(nameless);
}

Value restoring_configuration(Value const& record) {
  Value request = json::Object{};
  for (auto const& [name, clearing] : updatable()) {
    Value value = normal(name, record);
    if (!value.is_null())
      request.set(name, std::move(value));
    else if (!clearing.is_null())
      request.set(name, clearing);
  }
  if (record["PackageType"].as_string() == "Image") {
    request.erase("Handler");
    request.erase("Runtime");
  } else {
    request.erase("ImageConfig");
  }
  return request;
}

}  // namespace sluice::engine
