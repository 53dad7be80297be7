#include "server/codedeploy/configurations.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/strings.hpp"
#include "dialect/codedeploy/configurations.hpp"
#include "server/codedeploy/limits.hpp"
#include "server/codedeploy/operations.hpp"
#include "server/codedeploy/platform.hpp"

namespace sluice::server::codedeploy {
namespace {

namespace predefined = dialect::codedeploy;

constexpr std::int64_t longest_minutes = 2880;

std::unexpected<Fault> wrong_routing(std::string message) {
  return refuse("InvalidTrafficRoutingConfiguration", std::move(message));
}

/// A type of routing and the blocks that go with it.
struct Type {
  std::string_view name;
  bool canary = false, linear = false;
};
constexpr Type types[] = {
    {"AllAtOnce"}, {"TimeBasedCanary", true, false}, {"TimeBasedLinear", false, true}};

Outcome<void> check_block(json::Value const& routing, Type const& type, bool wanted,
                          std::string_view member, std::string const& shown) {
  if (routing.contains(member) == wanted) return {};
  return wrong_routing(shown + "Configuration should " + (wanted ? "not " : "") + "be null for " +
                       std::string(type.name) + " type");
}

Outcome<void> check_percentage(std::int64_t percentage) {
  if (percentage >= 1 && percentage <= 99) return {};
  return wrong_routing("Valid traffic routing percentage is from 1 to 99");
}

Outcome<void> check_canary(json::Value const& block) {
  if (auto fine = check_percentage(block["canaryPercentage"].as_int()); !fine) return fine;
  auto const minutes = block["canaryInterval"].as_int();
  if (minutes >= 1 && minutes <= longest_minutes) return {};
  return wrong_routing("Canary interval must be between 1 and 2880 minutes (2 days)");
}

/// The bound counts one interval more than the schedule of an exact divisor has, as the service's
/// own does.
Outcome<void> check_linear(json::Value const& block) {
  auto const percentage = block["linearPercentage"].as_int();
  if (auto fine = check_percentage(percentage); !fine) return fine;
  auto const minutes = block["linearInterval"].as_int();
  bool const fits =
      minutes >= 1 && minutes <= longest_minutes && minutes * (100 / percentage) <= longest_minutes;
  if (fits) return {};
  return wrong_routing(
      "Total Traffic shifting intervals must be positive integers up to 2880 minutes (2 days)");
}

Outcome<void> check_routing(json::Value const& routing) {
  if (routing.members().empty())
    return wrong_routing(
        "Traffic routing configuration cannot be null nor empty for deployment configurations on "
        "this platform");
  auto const& name = routing["type"].as_string();
  auto const* type = std::ranges::find(types, name, &Type::name);
  if (type == std::end(types))
    return wrong_routing("Traffic routing type '" + printable(name.substr(0, 100)) +
                         "' is not valid. Valid values are [TimeBasedCanary, TimeBasedLinear, "
                         "AllAtOnce]");
  auto canary = check_block(routing, *type, type->canary, "timeBasedCanary", "TimeBasedCanary");
  if (!canary) return canary;
  auto linear = check_block(routing, *type, type->linear, "timeBasedLinear", "TimeBasedLinear");
  if (!linear) return linear;
  if (type->canary) return check_canary(routing["timeBasedCanary"]);
  return type->linear ? check_linear(routing["timeBasedLinear"]) : Outcome<void>();
}

Outcome<void> check_platform(json::Value const& body, std::string const& platform) {
  if (platform == "Server" && body.contains("trafficRoutingConfig"))
    return wrong_routing(
        "Traffic routing configuration should be null for Server deployment configuration");
  if (auto lambda = only_lambda(platform, "A deployment configuration"); !lambda) return lambda;
  if (body.contains("minimumHealthyHosts"))
    return refuse("InvalidMinimumHealthyHostValue",
                  "minimum healthy hosts should be null for Lambda deployment configuration");
  if (body.contains("zonalConfig"))
    return refuse("InvalidZonalDeploymentConfiguration",
                  "Zonal deployments are only supported with EC2 deployments.");
  return {};
}

Outcome<std::string> new_name(json::Value const& body) {
  auto name = configuration_name(body["deploymentConfigName"].as_string());
  if (name && name->starts_with(predefined::predefined_prefix))
    return refuse("InvalidDeploymentConfigName",
                  "The prefix CodeDeployDefault. is reserved for predefined configuration names");
  return name;
}

/// Every account has its own; here they are the same ones every time.
std::string id_of_predefined(std::string const& name) {
  std::string const digits = hex(sha256("deployment configuration " + name));
  return digits.substr(0, 8) + "-" + digits.substr(8, 4) + "-4" + digits.substr(13, 3) + "-8" +
         digits.substr(17, 3) + "-" + digits.substr(20, 12);
}

/// When the first of them were there for functions (2017-11-28).
constexpr std::int64_t predefined_since = 1'511'827'200'000;

json::Value routing_of(predefined::TrafficRouting const& routing) {
  json::Value out{{"type", predefined::name_of(routing.type)}};
  using enum predefined::TrafficRouting::Type;
  if (routing.type == canary)
    out.set("timeBasedCanary", json::Value{{"canaryPercentage", routing.percentage},
                                           {"canaryInterval", routing.interval_minutes}});
  if (routing.type == linear)
    out.set("timeBasedLinear", json::Value{{"linearPercentage", routing.percentage},
                                           {"linearInterval", routing.interval_minutes}});
  return out;
}

/// Of those for servers: how many hosts have to stay healthy.
json::Value hosts_of(std::string_view name) {
  if (name.ends_with(".AllAtOnce")) return json::Value{{"type", "HOST_COUNT"}, {"value", 0}};
  if (name.ends_with(".OneAtATime")) return json::Value{{"type", "FLEET_PERCENT"}, {"value", 99}};
  return json::Value{{"type", "FLEET_PERCENT"}, {"value", 50}};
}

json::Value info_of(predefined::Configuration const& one) {
  json::Value info{{"deploymentConfigId", id_of_predefined(one.name)},
                   {"deploymentConfigName", one.name},
                   {"createTime", timestamp(from_millis(predefined_since))},
                   {"computePlatform", one.platform}};
  if (one.platform == "Server")
    info.set("minimumHealthyHosts", hosts_of(one.name));
  else
    info.set("trafficRoutingConfig", routing_of(one.routing));
  return info;
}

json::Value info_of(CustomConfiguration const& one) {
  return json::Value{{"deploymentConfigId", one.id},
                     {"deploymentConfigName", one.name},
                     {"createTime", timestamp(one.created)},
                     {"computePlatform", "Lambda"},
                     {"trafficRoutingConfig", one.routing}};
}

std::unexpected<Fault> unknown(std::string const& name) {
  return refuse("DeploymentConfigDoesNotExist",
                "No deployment configuration found for name: " + name);
}

std::unexpected<Fault> exists(std::string const& name) {
  return refuse("DeploymentConfigAlreadyExists",
                "There is a deployment configuration named " + name + " already.");
}

/// The group that uses it, as "application/group"; none: nobody does.
Result<std::optional<std::string>> user_of(Request& request, std::string const& name) {
  auto applications = request.registry.applications();
  if (!applications) return std::unexpected(applications.error());
  for (auto const& application : *applications) {
    auto groups = request.registry.groups(application);
    if (!groups) return std::unexpected(groups.error());
    for (auto const& group : *groups)
      if (group.settings["deploymentConfigName"].as_string() == name)
        return application.name + "/" + group.name;
  }
  return std::nullopt;
}

}  // namespace

Outcome<std::string> platform_of_configuration(Request& request, std::string const& name) {
  if (auto const* one = predefined::predefined_configuration(name)) return one->platform;
  auto found = request.registry.configuration(name);
  if (!found) return broken(found.error());
  if (!*found) return unknown(name);
  return "Lambda";
}

Answer create_configuration(Request& request) {
  auto name = new_name(request.body);
  if (!name) return std::unexpected(name.error());
  auto platform = platform_of(request.body);
  if (!platform) return std::unexpected(platform.error());
  if (auto fits = check_platform(request.body, *platform); !fits)
    return std::unexpected(fits.error());
  auto const& routing = request.body["trafficRoutingConfig"];
  if (auto fine = check_routing(routing); !fine) return std::unexpected(fine.error());
  auto all = request.registry.configurations();
  if (!all) return broken(all.error());
  if (std::ranges::find(*all, *name, &CustomConfiguration::name) != all->end())
    return exists(*name);
  if (all->size() >= limits::configurations)
    return refuse("DeploymentConfigLimitExceeded",
                  "There are 50 deployment configurations of your own in this Region already.");
  auto made = request.registry.create_configuration(*name, routing);
  if (!made) return broken(made.error());
  if (!*made) return exists(*name);
  return json::Value{{"deploymentConfigId", (*made)->id}};
}

Answer get_configuration(Request& request) {
  auto name = configuration_name(request.text("deploymentConfigName"));
  if (!name) return std::unexpected(name.error());
  if (auto const* one = predefined::predefined_configuration(*name))
    return json::Value{{"deploymentConfigInfo", info_of(*one)}};
  auto found = request.registry.configuration(*name);
  if (!found) return broken(found.error());
  if (!*found) return unknown(*name);
  return json::Value{{"deploymentConfigInfo", info_of(**found)}};
}

Answer list_configurations(Request& request) {
  auto all = request.registry.configurations();
  if (!all) return broken(all.error());
  std::vector<std::string> names;
  for (auto const& one : *all) names.push_back(one.name);
  for (auto const& one : predefined::predefined_configurations()) names.push_back(one.name);
  std::ranges::sort(names);
  return page_of(names, "configurations " + request.registry.name(), request.text("nextToken"),
                 "deploymentConfigsList");
}

Answer delete_configuration(Request& request) {
  auto name = configuration_name(request.text("deploymentConfigName"));
  if (!name) return std::unexpected(name.error());
  if (predefined::predefined_configuration(*name))
    return refuse("InvalidOperation",
                  "The predefined deployment configuration " + *name + " cannot be deleted.");
  auto user = user_of(request, *name);
  if (!user) return broken(user.error());
  if (*user)
    return refuse("DeploymentConfigInUse", "The deployment configuration " + *name +
                                               " is used by the deployment group " + **user + ".");
  auto removed = settled([&] { return request.registry.remove_configuration(*name); });
  if (!removed) return broken(removed.error());
  return json::Value();
}

}  // namespace sluice::server::codedeploy
