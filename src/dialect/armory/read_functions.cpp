#include "base/strings.hpp"
#include "config/codes_armory.hpp"
#include "config/codes_text.hpp"
#include "config/render.hpp"
#include "dialect/armory/file.hpp"

/// Reads `artifacts`, `providerOptions` and `trafficManagement`.
namespace sluice::dialect::armory {
namespace {

using config::in_quotes;
using config::MapReader;
namespace codes = config::codes;

/// Lambda API, FunctionName without an ARN around it.
constexpr config::NameRule function_rule{.max_length = 64, .also = "-_"};
/// Lambda API, alias Name.
constexpr config::NameRule alias_rule{.max_length = 128, .also = "-_"};

/// General purpose buckets: 3 to 63 of lower-case letters, digits, '.' and '-' (S3 naming rules).
bool is_bucket(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string_view::npos;
}

plan::Package package_of(MapReader& reader) {
  constexpr std::string_view scheme = "s3://";
  plan::Package package{.kind = plan::Package::Kind::s3};
  Text path = required_text(reader, "path");
  if (path.text.empty()) return package;
  std::string_view rest = path.text;
  if (rest.starts_with(scheme)) rest.remove_prefix(scheme.size());
  std::size_t slash = std::min(rest.find('/'), rest.size());
  package.bucket = rest.substr(0, slash);
  package.key = rest.substr(std::min(slash + 1, rest.size()));
  if (!path.text.starts_with(scheme) || !is_bucket(package.bucket) || package.key.empty())
    reader.error("path", codes::bad_artifact,
                 in_quotes(path.text) + " does not name an object in S3", "write s3://BUCKET/KEY");
  return package;
}

void check_type(MapReader& reader) {
  Text type = required_text(reader, "type");
  if (type.text.empty() || equal_ignoring_case(type.text, "zipFile")) return;
  reader.error("type", codes::bad_artifact,
               "an artifact of type " + in_quotes(type.text) + " cannot be released",
               "write `type: zipFile`; this form has no others");
}

TrafficSpec read_entry(MapReader& entry) {
  TrafficSpec traffic;
  config::Node const* targets = entry.value("targets");
  if (targets && targets->is_sequence() && targets->items().empty())
    entry.error("targets", codes::invalid_traffic,
                "invalid traffic management config: please omit targets to include all targets or "
                "specify the targets");
  traffic.targets = texts(entry, "targets", config::Empty::allowed);
  entry.required_value("alias");
  for (auto& item : entry.maps("alias", config::Empty::refused)) {
    AliasSpec alias;
    alias.function = required_text(item, {"functionName", "function"});
    alias.alias = required_name(item, "aliasName", alias_rule).text;
    item.done();
    traffic.aliases.push_back(std::move(alias));
  }
  for (char const* mesh : {"smi", "istio", "kubernetes"})
    if (entry.has(mesh)) {
      entry.error(mesh, codes::invalid_traffic,
                  "invalid traffic management config: " + in_quotes(mesh) +
                      " belongs to Kubernetes deployments",
                  "write `alias:` with functionName and aliasName");
      entry.accept({mesh});
    }
  entry.done();
  return traffic;
}

}  // namespace

std::vector<ArtifactSpec> read_artifacts(MapReader& root) {
  std::vector<ArtifactSpec> artifacts;
  root.required_value("artifacts");
  for (auto& reader : root.maps("artifacts", config::Empty::refused)) {
    ArtifactSpec artifact;
    artifact.function = required_name(reader, "functionName", function_rule);
    artifact.package = package_of(reader);
    check_type(reader);
    reader.done();
    artifacts.push_back(std::move(artifact));
  }
  return artifacts;
}

std::vector<OptionSpec> read_options(MapReader& root) {
  std::vector<OptionSpec> options;
  auto providers = root.required_map("providerOptions");
  if (!providers) return options;
  providers->required_value("lambda");
  for (auto& reader : providers->maps("lambda", config::Empty::refused)) {
    OptionSpec option;
    option.target = required_text(reader, "target");
    option.function = required_text(reader, "name");
    option.role = required_role(reader, "runAsIamRole");
    option.handler = required_text(reader, "handler").text;
    option.runtime = required_text(reader, "runtime").text;
    reader.done();
    options.push_back(std::move(option));
  }
  providers->done();
  return options;
}

std::vector<TrafficSpec> read_traffic(MapReader& root) {
  std::vector<TrafficSpec> traffic;
  for (auto& entry : root.maps("trafficManagement")) traffic.push_back(read_entry(entry));
  return traffic;
}

}  // namespace sluice::dialect::armory
