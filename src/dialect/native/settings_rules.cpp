#include <algorithm>
#include <cctype>

#include "base/strings.hpp"
#include "config/codes_plan.hpp"
#include "config/render.hpp"
#include "dialect/native/settings.hpp"

/// What is done with settings once they are read: laid over each other, checked together, turned
/// into a release.
namespace sluice::dialect::native {
namespace {

using plan::Package;
namespace codes = config::codes;

std::vector<std::string> const& runtimes() {
  static std::vector<std::string> const all = {
      "nodejs24.x", "nodejs22.x", "nodejs20.x", "nodejs18.x",      "nodejs16.x",  "python3.14",
      "python3.13", "python3.12", "python3.11", "python3.10",      "python3.9",   "python3.8",
      "java25",     "java21",     "java17",     "java11",          "java8.al2",   "java8",
      "dotnet10",   "dotnet8",    "dotnet6",    "ruby4.0",         "ruby3.4",     "ruby3.3",
      "ruby3.2",    "go1.x",      "provided",   "provided.al2023", "provided.al2"};
  return all;
}

/// The name with every run of digits as one '#': next year's version of a known runtime passes.
std::string family(std::string_view name) {
  std::string out;
  for (char c : name) {
    bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (!digit)
      out += c;
    else if (!out.ends_with('#'))
      out += '#';
  }
  return out;
}

class Rules {
 public:
  Rules(FunctionSettings const& settings, config::Diagnostics& diagnostics)
      : settings_(settings), configuration_(settings.configuration), diagnostics_(diagnostics) {}

  void check() {
    check_runtime();
    check_role();
    check_environment();
    check_memory();
    check_logging();
    check_package();
    check_drain();
  }

 private:
  void refuse(std::string const& member, config::Code code, std::string message, std::string help) {
    auto place = settings_.places.find(member);
    diagnostics_.error(code, place == settings_.places.end() ? config::Span() : place->second,
                       std::move(message), {.help = std::move(help)});
  }

  void check_runtime() {
    auto const& runtime = configuration_["Runtime"].as_string();
    auto known = [&](std::string const& one) { return family(one) == family(runtime); };
    if (runtime.empty() || std::ranges::any_of(runtimes(), known)) return;
    auto guess = nearest(runtime, runtimes());
    refuse("Runtime", codes::outside_aws_rules,
           "Lambda has no runtime " + config::in_quotes(runtime),
           guess ? "did you mean '" + *guess + "'?" : "write for example 'nodejs22.x'");
  }

  void check_role() {
    auto parts = split(configuration_["Role"].as_string(), ':');
    bool is_role = parts.size() == 6 && parts[4].size() == 12 && parts[5].starts_with("role/");
    if (parts.size() > 1 && !is_role)
      refuse("Role", codes::outside_aws_rules, "the function's role is not the ARN of a role",
             "write arn:aws:iam::ACCOUNT:role/NAME");
    auto const& handler = configuration_["Handler"].as_string();
    if (handler.find_first_of(" \t\n") != std::string::npos)
      refuse("Handler", codes::outside_aws_rules,
             "the handler " + config::in_quotes(handler) + " holds a blank", "AWS allows none");
  }

  /// 4 KB as JSON; names of letters, digits and '_', at least two characters, a letter first.
  void check_environment() {
    auto const& variables = configuration_["Environment"]["Variables"];
    for (auto const& [name, value] : variables.members()) {
      bool good = name.size() >= 2 && std::isalpha(static_cast<unsigned char>(name[0])) != 0;
      for (char c : name) good = good && (std::isalnum(static_cast<unsigned char>(c)) || c == '_');
      if (!good)
        refuse("Environment", codes::outside_aws_rules,
               "the environment variable " + config::in_quotes(name) + " is not possible",
               "AWS allows letters, digits and '_', at least two of them, a letter first");
    }
    std::size_t bytes = variables.is_null() ? 0 : variables.dump().size();
    if (bytes > 4096)
      refuse("Environment", codes::outside_aws_rules,
             "the environment takes " + std::to_string(bytes) + " bytes as JSON",
             "AWS allows 4096; keep larger values in Parameter Store or S3");
  }

  void check_memory() {
    if (configuration_["MemorySize"].is_null()) return;  // none, or reported already
    std::int64_t memory = configuration_["MemorySize"].as_int();
    // Functions on managed instances may have more (Lambda quotas).
    bool provider = configuration_.contains("CapacityProviderConfig");
    if (memory >= 128 && memory <= (provider ? 32768 : 10240)) return;
    refuse("MemorySize", codes::outside_aws_rules,
           std::to_string(memory) + " MB of memory are not possible",
           provider ? "AWS allows 128 to 32768 with a capacity provider"
                    : "AWS allows 128 to 10240, more only with a capacity provider");
  }

  void check_logging() {
    auto const& logging = configuration_["LoggingConfig"];
    bool levels = logging.contains("ApplicationLogLevel") || logging.contains("SystemLogLevel");
    if (levels && logging["LogFormat"].as_string() != "JSON")
      refuse("LoggingConfig", codes::outside_aws_rules,
             "log levels work only with the log format JSON",
             "set the format to JSON, or leave the levels out");
  }

  void check_drain() {
    bool deletes = settings_.delete_candidate.value_or(false) || settings_.keep_versions;
    if (settings_.drain && !deletes)
      refuse("drain", codes::misplaced_key, "'drain' is how long before a version is deleted",
             "say candidate: delete or keep_versions, or leave it out");
  }

  void check_package() {
    // A package that could not be read has its own report.
    if (!settings_.package && settings_.places.contains("package")) return;
    auto kind = settings_.package ? settings_.package->kind : Package::Kind::none;
    bool image = kind == Package::Kind::image;
    if (image)
      for (char const* member : {"Runtime", "Handler", "Layers"})
        if (configuration_.contains(member))
          refuse(member, codes::package_mismatch,
                 std::string(member) + " does not go with an image",
                 "leave it out: the image brings it");
    if (!image && kind != Package::Kind::none && configuration_.contains("ImageConfig"))
      refuse("ImageConfig", codes::package_mismatch, "ImageConfig goes with an image only",
             "leave it out, or write package: {image: …}");
    auto const& type = configuration_["PackageType"].as_string();
    if (kind != Package::Kind::none && !type.empty() && (type == "Image") != image)
      refuse("PackageType", codes::package_mismatch,
             "PackageType " + type + " does not fit the package",
             "leave it out: it follows from the package");
    if (settings_.staging && (kind == Package::Kind::none || image))
      refuse("staging", codes::package_mismatch,
             "there is no package that could go through 'staging'",
             "leave it out, or name a package that is a file, a folder or in S3");
  }

  FunctionSettings const& settings_;
  json::Value const& configuration_;
  config::Diagnostics& diagnostics_;
};

template <class T>
void lay(std::optional<T>& base, std::optional<T> const& over) {
  if (over) base = over;
}

}  // namespace

FunctionSettings overlaid(FunctionSettings base, FunctionSettings const& over) {
  lay(base.function, over.function);
  lay(base.alias, over.alias);
  lay(base.package, over.package);
  lay(base.staging, over.staging);
  lay(base.reserved_concurrency, over.reserved_concurrency);
  lay(base.alias_description, over.alias_description);
  lay(base.version_description, over.version_description);
  lay(base.missing_alias, over.missing_alias);
  lay(base.heal_to_primary, over.heal_to_primary);
  lay(base.restore_latest, over.restore_latest);
  lay(base.delete_created, over.delete_created);
  lay(base.delete_candidate, over.delete_candidate);
  lay(base.keep_versions, over.keep_versions);
  lay(base.drain, over.drain);
  for (auto const& [name, value] : over.configuration.members()) {
    json::Value merged = value;
    if (name == "Environment" && base.configuration.contains(name)) {
      merged = base.configuration[name];
      json::Value variables = merged["Variables"];
      for (auto const& [variable, text] : value["Variables"].members())
        variables.set(variable, text);
      merged.set("Variables", std::move(variables));
    }
    base.configuration.set(name, std::move(merged));
  }
  if (over.tags) {
    if (!base.tags) base.tags.emplace();
    for (auto const& [name, value] : *over.tags) (*base.tags)[name] = value;
  }
  for (auto const& [member, place] : over.places) base.places[member] = place;
  return base;
}

void check_settings(FunctionSettings const& settings, config::Diagnostics& diagnostics) {
  Rules(settings, diagnostics).check();
}

plan::Release release_of(FunctionSettings const& settings, std::string const& target,
                         std::string const& key) {
  plan::Release release;
  release.id = target + "/" + key;
  release.target = target;
  release.function = settings.function.value_or(key);
  release.alias = settings.alias.value_or("");
  if (!settings.configuration.members().empty()) release.configuration = settings.configuration;
  release.package = settings.package.value_or(Package{});
  release.package.staging = settings.staging.value_or("");
  release.tags = settings.tags;
  release.reserved_concurrency = settings.reserved_concurrency;
  release.alias_description = settings.alias_description;
  release.version_description = settings.version_description.value_or("");
  release.missing_alias = settings.missing_alias.value_or(release.missing_alias);
  release.heal_to_primary = settings.heal_to_primary.value_or(false);
  release.restore_latest = settings.restore_latest.value_or(false);
  release.delete_created = settings.delete_created.value_or(false);
  release.delete_candidate = settings.delete_candidate.value_or(false);
  release.keep_versions = settings.keep_versions;
  release.drain = settings.drain.value_or(release.drain);
  return release;
}

}  // namespace sluice::dialect::native
