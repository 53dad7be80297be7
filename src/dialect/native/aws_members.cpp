#include "dialect/native/aws_members.hpp"

#include <limits>

#include "config/codes_text.hpp"
#include "config/typed.hpp"

namespace sluice::dialect::native {
namespace {

using Kind = Shape::Kind;

Shape text(std::int64_t min, std::int64_t max) {
  return {.kind = Kind::text, .min = min, .max = max};
}
Shape word(std::vector<std::string> words) {
  return {.kind = Kind::text, .words = std::move(words)};
}
Shape arn(std::string_view service) {
  return {.kind = Kind::text, .min = 1, .max = 2048, .arn = service};
}
Shape integer(std::int64_t min, std::int64_t max) {
  return {.kind = Kind::integer, .min = min, .max = max};
}
Shape seconds(std::int64_t min, std::int64_t max) {
  return {.kind = Kind::seconds, .min = min, .max = max};
}
Shape boolean() { return {.kind = Kind::boolean}; }
Shape list(Shape element, std::int64_t max) {
  return {.kind = Kind::list, .max = max, .element = {std::move(element)}};
}
Shape map() { return {.kind = Kind::map}; }
Shape structure(std::vector<Member> members) {
  return {.kind = Kind::structure, .members = std::move(members)};
}
Member same(std::string const& name, Shape shape) { return {name, name, std::move(shape)}; }

// Shapes that stand in both tables.
Shape architecture() { return word({"x86_64", "arm64"}); }
Shape layers() { return list(arn("lambda"), 5); }
Shape subnets() { return list(text(1, 1024), 16); }
Shape security_groups() { return list(text(1, 1024), 5); }
Shape tracing() { return word({"PassThrough", "Active"}); }
Shape snap_start() { return word({"None", "PublishedVersions"}); }
Shape log_format() { return word({"Text", "JSON"}); }
Shape application_level() { return word({"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}); }
Shape system_level() { return word({"DEBUG", "INFO", "WARN"}); }
Shape storage() { return integer(512, 10240); }
// Its limits depend on the capacity provider: they are checked at the end.
Shape memory() {
  return integer(std::numeric_limits<std::int64_t>::min(),
                 std::numeric_limits<std::int64_t>::max());
}

json::Value read_text(config::Node const& node, Shape const& shape, std::string const& what,
                      config::Diagnostics& diagnostics) {
  if (!shape.words.empty()) {
    auto index = config::as_choice(node, diagnostics, what, shape.words, config::Letters::any_case);
    return index ? json::Value(shape.words[*index]) : json::Value();
  }
  auto value = shape.arn.empty() ? config::as_string(node, diagnostics, what)
                                 : config::as_arn(node, diagnostics, what, shape.arn);
  if (!value) return {};
  auto length = static_cast<std::int64_t>(value->size());
  if (length >= shape.min && length <= shape.max) return *value;
  config::report(diagnostics, node, config::codes::out_of_range,
                 what + " has " + std::to_string(length) + " characters",
                 "AWS allows " + std::to_string(shape.min) + " to " + std::to_string(shape.max));
  return {};
}

json::Value read_seconds(config::Node const& node, Shape const& shape, std::string const& what,
                         config::Diagnostics& diagnostics) {
  using std::chrono::seconds;
  auto value = config::as_duration(
      node, diagnostics, what,
      {.min = seconds(shape.min), .max = seconds(shape.max), .bare_unit = seconds(1)});
  if (!value) return {};
  if (value->count() % 1000 == 0) return value->count() / 1000;
  config::report(diagnostics, node, config::codes::out_of_range,
                 what + " is not a whole number of seconds", "AWS counts it in seconds");
  return {};
}

json::Value read_list(config::Node const& node, Shape const& shape, std::string const& what,
                      config::Diagnostics& diagnostics) {
  if (!config::is_sequence(node, diagnostics, what)) return {};
  if (static_cast<std::int64_t>(node.items().size()) > shape.max) {
    config::report(diagnostics, node, config::codes::out_of_range,
                   what + " has " + std::to_string(node.items().size()) + " entries",
                   "AWS allows at most " + std::to_string(shape.max));
  }
  json::Value out = json::Array{};
  for (auto const& item : node.items())
    out.push(read_shape(item, shape.element.front(), what, diagnostics));
  return out;
}

json::Value read_map(config::Node const& node, std::string const& what,
                     config::Diagnostics& diagnostics) {
  if (!config::is_mapping(node, diagnostics, what)) return {};
  json::Value out = json::Object{};
  for (auto const& entry : node.entries())
    if (auto value = config::as_string(entry.value, diagnostics, entry.key))
      out.set(entry.key, *value);
  return out;
}

json::Value read_structure(config::Node const& node, Shape const& shape, std::string const& what,
                           config::Diagnostics& diagnostics) {
  config::MapReader reader(node, diagnostics, config::Unknown::error, what);
  json::Value out = json::Object{};
  for (auto const& member : shape.members)
    if (auto const* value = reader.value(member.key))
      out.set(member.aws, read_shape(*value, member.shape, member.key, diagnostics));
  reader.done();
  return out;
}

}  // namespace

std::vector<Member> const& verbatim_members() {
  static std::vector<Member> const members = {
      same("Description", text(0, 256)),
      same("Runtime", text(1, 64)),
      same("Handler", text(1, 128)),
      same("Role", arn("iam")),
      same("MemorySize", memory()),
      same("Timeout", integer(1, 900)),
      same("PackageType", word({"Zip", "Image"})),
      same("Architectures", list(architecture(), 1)),
      same("Environment", structure({same("Variables", map())})),
      same("EphemeralStorage", structure({same("Size", storage())})),
      same("Layers", layers()),
      same("VpcConfig",
           structure({same("SubnetIds", subnets()), same("SecurityGroupIds", security_groups()),
                      same("Ipv6AllowedForDualStack", boolean())})),
      same("TracingConfig", structure({same("Mode", tracing())})),
      same("SnapStart", structure({same("ApplyOn", snap_start())})),
      same("LoggingConfig",
           structure({same("LogFormat", log_format()), same("LogGroup", text(1, 512)),
                      same("ApplicationLogLevel", application_level()),
                      same("SystemLogLevel", system_level())})),
      same("DeadLetterConfig", structure({same("TargetArn", arn(""))})),
      same("KMSKeyArn", arn("kms")),
      same("FileSystemConfigs",
           list(structure({same("Arn", arn("")), same("LocalMountPath", text(1, 160))}), 1)),
      same("ImageConfig", structure({same("EntryPoint", list(text(0, 16384), 1500)),
                                     same("Command", list(text(0, 16384), 1500)),
                                     same("WorkingDirectory", text(0, 1000))})),
      same("CodeSigningConfigArn", arn("lambda")),
      same("DurableConfig", structure({same("RetentionPeriodInDays", integer(1, 90)),
                                       same("ExecutionTimeout", integer(1, 31'622'400))})),
      same("TenancyConfig", structure({same("TenantIsolationMode", word({"PER_TENANT"}))})),
      same("CapacityProviderConfig",
           structure({same(
               "LambdaManagedInstancesCapacityProviderConfig",
               structure({same("CapacityProviderArn", arn("lambda")),
                          same("PerExecutionEnvironmentMaxConcurrency", integer(1, 1'000'000)),
                          same("ExecutionEnvironmentMemoryGiBPerVCpu", integer(1, 1024))}))}))};
  return members;
}

std::vector<Member> const& short_members() {
  static std::vector<Member> const members = {
      {"runtime", "Runtime", text(1, 64)},
      {"handler", "Handler", text(1, 128)},
      {"role", "Role", arn("iam")},
      {"memory", "MemorySize", memory()},
      {"timeout", "Timeout", seconds(1, 900)},
      {"storage", "EphemeralStorage/Size", storage()},
      {"architecture", "Architectures/-", architecture()},
      {"environment", "Environment/Variables", map()},
      {"layers", "Layers", layers()},
      {"vpc", "VpcConfig",
       structure({{"subnets", "SubnetIds", subnets()},
                  {"security_groups", "SecurityGroupIds", security_groups()},
                  {"ipv6", "Ipv6AllowedForDualStack", boolean()}})},
      {"tracing", "TracingConfig/Mode", tracing()},
      {"snap_start", "SnapStart/ApplyOn", snap_start()},
      {"logging", "LoggingConfig",
       structure({{"format", "LogFormat", log_format()},
                  {"group", "LogGroup", text(1, 512)},
                  {"application_level", "ApplicationLogLevel", application_level()},
                  {"system_level", "SystemLogLevel", system_level()}})},
      {"dead_letter", "DeadLetterConfig/TargetArn", arn("")},
      {"kms_key", "KMSKeyArn", arn("kms")},
      {"function_description", "Description", text(0, 256)}};
  return members;
}

json::Value read_shape(config::Node const& node, Shape const& shape, std::string const& what,
                       config::Diagnostics& diagnostics) {
  switch (shape.kind) {
    case Kind::text: return read_text(node, shape, what, diagnostics);
    case Kind::seconds: return read_seconds(node, shape, what, diagnostics);
    case Kind::list: return read_list(node, shape, what, diagnostics);
    case Kind::map: return read_map(node, what, diagnostics);
    case Kind::structure: return read_structure(node, shape, what, diagnostics);
    case Kind::integer: {
      auto value =
          config::as_integer(node, diagnostics, what, {.min = shape.min, .max = shape.max});
      return value ? json::Value(*value) : json::Value();
    }
    case Kind::boolean: {
      auto value = config::as_boolean(node, diagnostics, what);
      return value ? json::Value(*value) : json::Value();
    }
  }
  return {};
}

std::string top_member(Member const& member) { return member.aws.substr(0, member.aws.find('/')); }

}  // namespace sluice::dialect::native
