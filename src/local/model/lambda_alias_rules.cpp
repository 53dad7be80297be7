#include "local/model/lambda_alias_rules.hpp"

#include "local/model/lambda_names.hpp"
#include "local/model/lambda_validation.hpp"

namespace sluice::local::lambda {
namespace {

constexpr char weights_path[] = "routingConfig.additionalVersionWeights";

/// "{2=0.25}": how AWS prints the map.
std::string weights_text(json::Value const& weights) {
  std::string text = "{";
  for (auto const& [version, weight] : weights.members()) {
    if (text.size() > 1) text += ", ";
    text += version + "=" + json::Value(weight.as_double()).dump();
  }
  return text + "}";
}

void check_weights(json::Value const& weights, Violations& violations) {
  bool keys_ok = true;
  bool values_ok = true;
  for (auto const& [version, weight] : weights.members()) {
    keys_ok = keys_ok && is_number(version) && version.size() <= 1024;
    values_ok = values_ok && weight.as_double() >= 0.0 && weight.as_double() <= 1.0;
  }
  auto shown = "'" + weights_text(weights) + "'";
  if (!keys_ok)
    violations.add(shown, weights_path,
                   "Map keys must satisfy constraint: [Member must have length less than or equal "
                   "to 1024, Member must have length greater than or equal to 1, Member must "
                   "satisfy regular expression pattern: [0-9]+, Member must not be null]");
  if (!values_ok)
    violations.add(shown, weights_path,
                   "Map value must satisfy constraint: [Member must have value less than or equal "
                   "to 1.0, Member must have value greater than or equal to 0.0, Member must not "
                   "be null]");
}

/// Fault: $LATEST with weights. AWS leaves the Type out of this one.
std::unexpected<Fault> latest_with_weights() {
  Fault fault{400, "InvalidParameterValueException",
              "$LATEST is not supported for an alias pointing to more than 1 version"};
  fault.type.clear();
  return std::unexpected(std::move(fault));
}

Outcome<void> check_pair(Record const& primary, Record const& additional) {
  auto const& a = primary.configuration;
  auto const& b = additional.configuration;
  if (a["Role"] != b["Role"])
    return invalid("Specified versions must be associated with the same execution role");
  if (a["DeadLetterConfig"]["TargetArn"] != b["DeadLetterConfig"]["TargetArn"])
    return invalid("Specified versions must have the same dead letter queue target or none");
  return {};
}

}  // namespace

Outcome<void> validate_alias(Call const& call, bool creating) {
  if (auto ok = check_types(call.request); !ok) return ok;
  Violations violations;
  auto const& name = call.text("Name");
  if (creating && !call.has("Name"))
    violations.missing("name");
  else if (name.size() > 128)
    violations.too_long(name, "name", 128);
  else if (!is_alias_name(name))
    violations.add("'" + name + "'", "name",
                   "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)");
  auto const& version = call.text("FunctionVersion");
  if (creating && !call.has("FunctionVersion"))
    violations.missing("functionVersion");
  else if (call.has("FunctionVersion") && version != latest_version && !is_number(version))
    violations.add("'" + version + "'", "functionVersion",
                   "Member must satisfy regular expression pattern: (\\$LATEST|[0-9]+)");
  auto const& description = call.text("Description");
  if (description.size() > 256) violations.too_long(description, "description", 256);
  auto const& weights = call.request["RoutingConfig"]["AdditionalVersionWeights"];
  for (auto const& [key, weight] : weights.members())
    if (!weight.is_number())
      return refuse(400, "SerializationException",
                    "The weight of version " + key + " must be a number");
  check_weights(weights, violations);
  if (auto ok = violations.result(); !ok) return ok;
  if (weights.members().size() > 1)
    return invalid("Number of items in AdditionalVersionWeights cannot be greater than 1");
  return {};
}

std::optional<std::map<std::string, double>> weights_of(json::Value const& request) {
  if (request["RoutingConfig"].is_null()) return {};
  std::map<std::string, double> weights;
  for (auto const& [version, weight] :
       request["RoutingConfig"]["AdditionalVersionWeights"].members())
    weights[version] = weight.as_double();
  return weights;
}

Outcome<void> check_alias(Call const& call, Function& function, Alias const& alias) {
  auto const& version = alias.function_version;
  Record* primary = find_version(function, version, call.now);
  if (!primary) return function_not_found(call, function.name, version);
  if (alias.weights.empty()) return {};
  auto const& other = alias.weights.begin()->first;
  if (version == latest_version) return latest_with_weights();
  if (version == other)
    return invalid("Invalid function version " + version + ". Function version " + version +
                   " is already included in routing configuration.");
  Record* additional = find_version(function, other, call.now);
  if (!additional) return function_not_found(call, function.name, other);
  return check_pair(*primary, *additional);
}

}  // namespace sluice::local::lambda
