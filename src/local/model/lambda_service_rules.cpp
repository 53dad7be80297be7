#include <algorithm>

#include "base/strings.hpp"
#include "local/model/lambda_runtimes.hpp"
#include "local/model/lambda_validation.hpp"

namespace sluice::local::lambda {
namespace {

constexpr std::size_t max_environment = 4096;
constexpr std::int64_t max_memory = 10'240;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_variable_name(std::string_view name) {
  return name.size() >= 2 && is_letter(name.front()) && std::ranges::all_of(name, [](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
         });
}

/// "{A=1, B=2}": how AWS prints a map.
std::string map_text(json::Value const& map) {
  std::string text = "{";
  for (auto const& [name, value] : map.members()) {
    if (text.size() > 1) text += ", ";
    text += name + "=" + value.as_string();
  }
  return text + "}";
}

Outcome<void> check_runtime(json::Value const& runtime) {
  if (runtime.is_null() || std::ranges::find(runtimes, runtime.as_string()) != runtimes.end())
    return {};
  std::vector<std::string> names(runtimes.begin(), runtimes.end());
  return invalid(
      "Value " + runtime.as_string() +
      " at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [" +
      join(names, ", ") + "] or be a valid ARN");
}

Outcome<void> check_environment(json::Value const& environment) {
  auto const& variables = environment["Variables"];
  std::vector<std::string> reserved;
  for (auto const& [name, value] : variables.members()) {
    if (std::ranges::find(reserved_variables, name) != reserved_variables.end()) {
      reserved.push_back(name);
    } else if (!is_variable_name(name)) {
      Violations violations;
      violations.add("'" + map_text(variables) + "'", "environment.variables",
                     "Map keys must satisfy constraint: [Member must satisfy regular expression "
                     "pattern: [a-zA-Z]([a-zA-Z0-9_])+]");
      return violations.result();
    }
    if (!value.is_string())
      return refuse(400, "SerializationException",
                    "The value of Environment.Variables." + name + " must be a string");
  }
  if (!reserved.empty())
    return invalid(
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided contains reserved keys that are currently not supported for "
        "modification. Reserved keys used in this request: " +
        join(reserved, ", "));
  auto text = variables.dump();
  if (variables.is_object() && text.size() > max_environment)
    return invalid(
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided exceeded the 4KB limit. String measured: " +
        text);
  return {};
}

Outcome<void> check_dead_letter(json::Value const& config) {
  auto const& target = config["TargetArn"].as_string();
  if (target.empty()) return {};
  auto parts = split(target, ':');
  if (parts.size() >= 6 && parts[0] == "arn" && (parts[2] == "sqs" || parts[2] == "sns")) return {};
  return invalid("The provided dead letter queue target " + target +
                 " is not the ARN of an SQS queue or an SNS topic.");
}

/// What exists on AWS but would silently not work here.
Outcome<void> check_modelled(Call const& call) {
  for (auto const* member : {"CapacityProviderConfig", "DurableConfig", "TenancyConfig",
                             "CodeSigningConfigArn", "PublishTo"})
    if (call.has(member)) return not_modelled(member);
  return {};
}

}  // namespace

Outcome<void> check_service_rules(Call const& call) {
  auto const& request = call.request;
  if (auto ok = check_modelled(call); !ok) return ok;
  if (auto ok = check_runtime(request["Runtime"]); !ok) return ok;
  if (request["MemorySize"].as_int() > max_memory)
    return invalid(
        "'MemorySize' value failed to satisfy constraint: Member must have value less "
        "than or equal to " +
        std::to_string(max_memory));
  if (auto ok = check_environment(request["Environment"]); !ok) return ok;
  return check_dead_letter(request["DeadLetterConfig"]);
}

std::unexpected<Fault> too_many_tags() {
  return invalid("Number of tags exceeds resource tag limit.");
}

Outcome<void> check_tags(json::Value const& tags) {
  for (auto const& [key, value] : tags.members()) {
    if (!value.is_string())
      return refuse(400, "SerializationException",
                    "The value of the tag " + key + " must be a string");
    if (key.empty() || key.size() > 128)
      return invalid("The tag key '" + key + "' must have 1 to 128 characters.");
    if (value.as_string().size() > 256)
      return invalid("The value of the tag '" + key + "' must have at most 256 characters.");
    if (lower(key).starts_with("aws:"))
      return invalid("The tag key '" + key + "' begins with aws:, which is reserved.");
  }
  if (tags.members().size() > max_tags) return too_many_tags();
  return {};
}

}  // namespace sluice::local::lambda
