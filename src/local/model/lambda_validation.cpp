#include "local/model/lambda_validation.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.hpp"

namespace sluice::local::lambda {
namespace {

enum class Kind { text, number, flag, list, object };

struct Typed {
  std::string_view member;
  Kind kind;
};

constexpr std::array typed_members = std::to_array<Typed>({
    {"FunctionName", Kind::text},
    {"Qualifier", Kind::text},
    {"Name", Kind::text},
    {"FunctionVersion", Kind::text},
    {"Description", Kind::text},
    {"Role", Kind::text},
    {"Runtime", Kind::text},
    {"Handler", Kind::text},
    {"PackageType", Kind::text},
    {"RevisionId", Kind::text},
    {"CodeSha256", Kind::text},
    {"KMSKeyArn", Kind::text},
    {"ZipFile", Kind::text},
    {"S3Bucket", Kind::text},
    {"S3Key", Kind::text},
    {"S3ObjectVersion", Kind::text},
    {"ImageUri", Kind::text},
    {"SourceKMSKeyArn", Kind::text},
    {"PublishTo", Kind::text},
    {"StatementId", Kind::text},
    {"Action", Kind::text},
    {"Principal", Kind::text},
    {"Timeout", Kind::number},
    {"MemorySize", Kind::number},
    {"ReservedConcurrentExecutions", Kind::number},
    {"Publish", Kind::flag},
    {"DryRun", Kind::flag},
    {"Architectures", Kind::list},
    {"Layers", Kind::list},
    {"FileSystemConfigs", Kind::list},
    {"Code", Kind::object},
    {"Tags", Kind::object},
    {"Environment", Kind::object},
    {"VpcConfig", Kind::object},
    {"DeadLetterConfig", Kind::object},
    {"TracingConfig", Kind::object},
    {"EphemeralStorage", Kind::object},
    {"SnapStart", Kind::object},
    {"LoggingConfig", Kind::object},
    {"ImageConfig", Kind::object},
    {"RoutingConfig", Kind::object},
});

bool has_kind(json::Value const& value, Kind kind) {
  switch (kind) {
    case Kind::text: return value.is_string();
    case Kind::number: return value.is_number();
    case Kind::flag: return value.is_bool();
    case Kind::list: return value.is_array();
    case Kind::object: return value.is_object();
  }
  return false;
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::text: return "a string";
    case Kind::number: return "a number";
    case Kind::flag: return "a boolean";
    case Kind::list: return "a list";
    case Kind::object: return "an object";
  }
  return {};
}

std::string list_text(json::Value const& list) {
  std::string text = "[";
  for (auto const& item : list.items()) {
    if (text.size() > 1) text += ", ";
    text += item.as_string();
  }
  return text + "]";
}

bool is_role_arn(std::string_view role) {
  auto parts = split(role, ':');
  return parts.size() == 6 && parts[0] == "arn" && parts[1].starts_with("aws") &&
         parts[2] == "iam" && parts[3].empty() && parts[4].size() == 12 && is_number(parts[4]) &&
         parts[5].starts_with("role/") && parts[5].size() > 5;
}

void check_choice(json::Value const& value, std::string_view path,
                  std::initializer_list<std::string_view> choices, std::string_view set,
                  Violations& violations) {
  if (value.is_null() || std::ranges::find(choices, value.as_string()) != choices.end()) return;
  violations.not_one_of(value.as_string(), path, set);
}

void check_length(json::Value const& list, std::string_view path, std::size_t limit,
                  Violations& violations) {
  if (list.items().size() > limit) violations.too_long(list_text(list), path, limit);
}

void check_range(json::Value const& value, std::string_view path, std::int64_t lowest,
                 std::int64_t highest, Violations& violations) {
  if (!value.is_null()) violations.out_of_range(value.as_int(), path, lowest, highest);
}

}  // namespace

void Violations::add(std::string_view shown, std::string_view path, std::string_view constraint) {
  std::string text = "Value ";
  text.append(shown).append(" at '").append(path);
  text.append("' failed to satisfy constraint: ").append(constraint);
  found_.push_back(std::move(text));
}

void Violations::missing(std::string_view path) { add("null", path, "Member must not be null"); }

void Violations::too_long(std::string_view value, std::string_view path, std::size_t limit) {
  add("'" + std::string(value) + "'", path,
      "Member must have length less than or equal to " + std::to_string(limit));
}

void Violations::out_of_range(std::int64_t value, std::string_view path, std::int64_t lowest,
                              std::int64_t highest) {
  std::string shown = "'" + std::to_string(value) + "'";
  if (value < lowest)
    add(shown, path, "Member must have value greater than or equal to " + std::to_string(lowest));
  if (value > highest)
    add(shown, path, "Member must have value less than or equal to " + std::to_string(highest));
}

void Violations::not_one_of(std::string_view value, std::string_view path, std::string_view set) {
  add("'" + std::string(value) + "'", path,
      "Member must satisfy enum value set: " + std::string(set));
}

Outcome<void> Violations::result() const {
  if (found_.empty()) return {};
  return not_valid(std::to_string(found_.size()) + " validation error" +
                   (found_.size() > 1 ? "s" : "") + " detected: " + join(found_, "; "));
}

Outcome<void> check_types(json::Value const& request) {
  for (auto const& [member, value] : request.members()) {
    auto const* known = std::ranges::find(typed_members, member, &Typed::member);
    if (known == typed_members.end() || value.is_null() || has_kind(value, known->kind)) continue;
    return refuse(400, "SerializationException",
                  "The value of " + member + " must be " + std::string(name_of(known->kind)));
  }
  if (request["Code"].is_object()) return check_types(request["Code"]);
  return {};
}

void check_architectures(json::Value const& request, Violations& violations) {
  auto const& given = request["Architectures"];
  if (given.is_null()) return;
  if (given.items().empty())
    violations.add("'[]'", "architectures", "Member must have length greater than or equal to 1");
  check_length(given, "architectures", 1, violations);
  bool known = std::ranges::all_of(given.items(), [](json::Value const& item) {
    return item.as_string() == "x86_64" || item.as_string() == "arm64";
  });
  if (!known)
    violations.add("'" + list_text(given) + "'", "architectures",
                   "Member must satisfy constraint: [Member must satisfy enum value set: "
                   "[x86_64, arm64], Member must not be null]");
}

void check_configuration(json::Value const& request, Violations& violations) {
  auto const& role = request["Role"];
  if (!role.is_null() && !is_role_arn(role.as_string()))
    violations.add("'" + role.as_string() + "'", "role",
                   "Member must satisfy regular expression pattern: "
                   "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+");
  auto const& handler = request["Handler"].as_string();
  if (handler.size() > 128) violations.too_long(handler, "handler", 128);
  if (handler.find_first_of(" \t\r\n") != std::string::npos)
    violations.add("'" + handler + "'", "handler",
                   "Member must satisfy regular expression pattern: [^\\s]+");
  auto const& description = request["Description"].as_string();
  if (description.size() > 256) violations.too_long(description, "description", 256);
  check_range(request["Timeout"], "timeout", 1, 900, violations);
  // The model's own maximum is for managed instances; check_service_rules has the usual one.
  check_range(request["MemorySize"], "memorySize", 128, 32'768, violations);
  auto const& storage = request["EphemeralStorage"];
  if (storage.is_object() && storage["Size"].is_null()) violations.missing("ephemeralStorage.size");
  check_range(storage["Size"], "ephemeralStorage.size", 512, 10'240, violations);
  check_choice(request["PackageType"], "packageType", {"Zip", "Image"}, "[Image, Zip]", violations);
  check_choice(request["TracingConfig"]["Mode"], "tracingConfig.mode", {"Active", "PassThrough"},
               "[Active, PassThrough]", violations);
  check_choice(request["SnapStart"]["ApplyOn"], "snapStart.applyOn", {"PublishedVersions", "None"},
               "[PublishedVersions, None]", violations);
  auto const& logging = request["LoggingConfig"];
  check_choice(logging["LogFormat"], "loggingConfig.logFormat", {"Text", "JSON"}, "[JSON, Text]",
               violations);
  check_choice(logging["ApplicationLogLevel"], "loggingConfig.applicationLogLevel",
               {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"},
               "[DEBUG, ERROR, FATAL, INFO, TRACE, WARN]", violations);
  check_choice(logging["SystemLogLevel"], "loggingConfig.systemLogLevel", {"DEBUG", "INFO", "WARN"},
               "[DEBUG, INFO, WARN]", violations);
  check_length(request["VpcConfig"]["SubnetIds"], "vpcConfig.subnetIds", 16, violations);
  check_length(request["VpcConfig"]["SecurityGroupIds"], "vpcConfig.securityGroupIds", 5,
               violations);
  if (request["FileSystemConfigs"].items().size() > 1)
    violations.add("'" + request["FileSystemConfigs"].dump() + "'", "fileSystemConfigs",
                   "Member must have length less than or equal to 1");
}

}  // namespace sluice::local::lambda
