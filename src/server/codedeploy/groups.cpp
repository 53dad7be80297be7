#include <algorithm>
#include <array>

#include "base/strings.hpp"
#include "server/codedeploy/configurations.hpp"
#include "server/codedeploy/group_rules.hpp"
#include "server/codedeploy/limits.hpp"
#include "server/codedeploy/operations.hpp"
#include "server/codedeploy/tags.hpp"

namespace sluice::server::codedeploy {
namespace {

/// Of a group that names none.
constexpr char usual_configuration[] = "CodeDeployDefault.LambdaAllAtOnce";

/// Blocks and values that an update replaces as a whole.
constexpr std::array<std::string_view, 8> kept_members = {
    "deploymentConfigName",      "serviceRoleArn",        "deploymentStyle",
    "autoRollbackConfiguration", "alarmConfiguration",    "triggerConfigurations",
    "outdatedInstancesStrategy", "terminationHookEnabled"};

/// CodeDeploy API, DeploymentGroupInfo.
json::Value info_of(Application const& application, Group const& group) {
  json::Value info{{"applicationName", application.name},
                   {"deploymentGroupId", group.id},
                   {"deploymentGroupName", group.name},
                   {"computePlatform", "Lambda"}};
  for (auto const& [name, value] : group.settings.members()) info.set(name, value);
  // Samples of the service show these lists, whatever the platform.
  for (auto name : {"autoScalingGroups", "ec2TagFilters", "onPremisesInstanceTagFilters"})
    info.set(name, json::Array{});
  return info;
}

json::Value default_settings() {
  return json::Value{{"deploymentConfigName", usual_configuration},
                     {"autoRollbackConfiguration", json::Value{{"enabled", false}}},
                     {"triggerConfigurations", json::Array{}},
                     {"outdatedInstancesStrategy", "UPDATE"},
                     {"terminationHookEnabled", false}};
}

/// What was given over what there was; absent keeps.
json::Value changed_settings(json::Value settings, json::Value const& body) {
  for (auto member : kept_members)
    if (body.contains(member)) settings.set(member, body[member]);
  return settings;
}

Outcome<void> check_configuration(Request& request) {
  auto const& given = request.body["deploymentConfigName"];
  if (given.is_null()) return {};
  auto name = configuration_name(given.as_string());
  if (!name) return std::unexpected(name.error());
  auto platform = platform_of_configuration(request, *name);
  if (!platform) return std::unexpected(platform.error());
  if (*platform == "Lambda") return {};
  return refuse("InvalidDeploymentConfigName",
                "Compute platform of deployment config " + *name +
                    " does not match expected compute platform, correct compute platform should "
                    "be Lambda.");
}

/// In the service's order: what is referred to, what the platform allows, triggers, the rest.
Outcome<void> check_settings(Request& request, bool style_needed) {
  auto const& body = request.body;
  if (auto fine = check_configuration(request); !fine) return fine;
  if (style_needed || body.contains("deploymentStyle"))
    if (auto fine = check_style(body["deploymentStyle"]); !fine) return fine;
  if (auto fine = refuse_other_platforms(body); !fine) return fine;
  auto triggers = check_triggers(body["triggerConfigurations"], request.registry.name());
  if (!triggers) return triggers;
  if (auto fine = check_alarms(body["alarmConfiguration"]); !fine) return fine;
  if (auto fine = check_auto_rollback(body["autoRollbackConfiguration"]); !fine) return fine;
  return check_outdated_instances(body);
}

std::unexpected<Fault> exists(std::string const& name) {
  return refuse("DeploymentGroupAlreadyExists",
                "There is a deployment group named " + name + " already.");
}

Outcome<void> check_place(Request& request, Application const& application,
                          std::string const& name) {
  auto all = request.registry.groups(application);
  if (!all) return broken(all.error());
  if (std::ranges::find(*all, name, &Group::name) != all->end()) return exists(name);
  if (all->size() < limits::groups) return {};
  return refuse("DeploymentGroupLimitExceeded",
                "The application " + application.name + " has 1000 deployment groups already.");
}

/// The names of a request about one group, both of the right form.
Outcome<std::string> names_of(Request& request, std::string_view member) {
  auto application = application_name(request.text("applicationName"));
  if (!application) return application;
  return group_name(request.text(member));
}

/// What an update makes of a group, and its new name.
struct Update {
  std::optional<Fault> fault;
  bool name_taken = false;
};

Result<Update> try_update(Request& request, std::string const& name, std::string const& new_name) {
  auto stop = [](Fault fault) { return Update{std::move(fault)}; };
  auto application = named_application(request);
  if (!application) return stop(application.error());
  auto group = existing_group(request, *application, name);
  if (!group) return stop(group.error());
  if (auto fine = check_settings(request, false); !fine) return stop(fine.error());
  group->settings = changed_settings(group->settings, request.body);
  if (new_name != name) {
    // What is written under the new name is what was changed: both or nothing.
    auto renamed = request.registry.rename(*application, *group, new_name);
    if (!renamed) return std::unexpected(renamed.error());
    return Update{{}, !*renamed};
  }
  auto changed = request.registry.change(*application, *group);
  if (!changed) return std::unexpected(changed.error());
  return Update{};
}

}  // namespace

Answer create_group(Request& request) {
  auto name = names_of(request, "deploymentGroupName");
  if (!name) return std::unexpected(name.error());
  std::string const& role = request.text("serviceRoleArn");
  if (role.empty()) return refuse("RoleRequired", "The serviceRoleArn is missing.");
  if (auto fine = check_role(role); !fine) return std::unexpected(fine.error());
  auto tags = read_tags(request.body["tags"]);
  if (!tags) return tags;
  auto application = named_application(request);
  if (!application) return std::unexpected(application.error());
  if (auto free = check_place(request, *application, *name); !free)
    return std::unexpected(free.error());
  if (auto fine = check_settings(request, true); !fine) return std::unexpected(fine.error());
  Group group;
  group.name = *name;
  group.settings = changed_settings(default_settings(), request.body);
  group.tags = *tags;
  auto made = request.registry.create_group(*application, group);
  if (!made) return broken(made.error());
  if (!*made) return exists(*name);
  return json::Value{{"deploymentGroupId", (*made)->id}};
}

Answer get_group(Request& request) {
  auto name = names_of(request, "deploymentGroupName");
  if (!name) return std::unexpected(name.error());
  auto application = named_application(request);
  if (!application) return std::unexpected(application.error());
  auto group = existing_group(request, *application, *name);
  if (!group) return std::unexpected(group.error());
  return json::Value{{"deploymentGroupInfo", info_of(*application, *group)}};
}

Answer batch_get_groups(Request& request) {
  auto application_fits = application_name(request.text("applicationName"));
  if (!application_fits) return std::unexpected(application_fits.error());
  auto const& names = request.body["deploymentGroupNames"].items();
  if (names.empty())
    return refuse("DeploymentGroupNameRequired", "At least one deployment group name is needed.");
  if (names.size() > limits::batch_of_groups)
    return refuse("BatchLimitExceeded", "At most 100 deployment groups can be asked for at once.");
  for (auto const& name : names)
    if (auto fine = group_name(name.as_string()); !fine) return std::unexpected(fine.error());
  auto application = named_application(request);
  if (!application) return std::unexpected(application.error());
  json::Value infos = json::Array{};
  std::vector<std::string> missing;
  for (auto const& name : names) {
    auto group = request.registry.group(*application, name.as_string());
    if (!group) return broken(group.error());
    if (*group)
      infos.push(info_of(*application, **group));
    else
      missing.push_back(name.as_string());
  }
  std::string const message =
      missing.empty() ? "" : "No Deployment Group found for name: " + quoted(missing);
  return json::Value{{"deploymentGroupsInfo", std::move(infos)}, {"errorMessage", message}};
}

Answer list_groups(Request& request) {
  auto application = named_application(request);
  if (!application) return std::unexpected(application.error());
  auto all = request.registry.groups(*application);
  if (!all) return broken(all.error());
  std::vector<std::string> names;
  for (auto const& group : *all) names.push_back(group.name);
  auto page =
      page_of(names, "groups of " + application->id, request.text("nextToken"), "deploymentGroups");
  if (page) page->set("applicationName", application->name);
  return page;
}

Answer update_group(Request& request) {
  auto name = names_of(request, "currentDeploymentGroupName");
  if (!name) return std::unexpected(name.error());
  std::string new_name = *name;
  if (request.body.contains("newDeploymentGroupName")) {
    auto given = group_name(request.text("newDeploymentGroupName"));
    if (!given) return std::unexpected(given.error());
    new_name = *given;
  }
  if (request.body.contains("serviceRoleArn"))
    if (auto fine = check_role(request.text("serviceRoleArn")); !fine)
      return std::unexpected(fine.error());
  auto done = settled([&] { return try_update(request, *name, new_name); });
  if (!done) return broken(done.error());
  if (done->fault) return std::unexpected(std::move(*done->fault));
  if (done->name_taken) return exists(new_name);
  return json::Value{{"hooksNotCleanedUp", json::Array{}}};
}

Answer delete_group(Request& request) {
  auto name = names_of(request, "deploymentGroupName");
  if (!name) return std::unexpected(name.error());
  auto removed = settled([&]() -> Result<void> {
    auto application = request.registry.application(request.text("applicationName"));
    if (!application) return std::unexpected(application.error());
    if (!*application) return {};
    auto group = request.registry.group(**application, *name);
    if (!group) return std::unexpected(group.error());
    // Nothing to do is no error: the operation has none for it.
    return *group ? request.registry.remove(**application, **group) : Result<void>();
  });
  if (!removed) return broken(removed.error());
  return json::Value{{"hooksNotCleanedUp", json::Array{}}};
}

}  // namespace sluice::server::codedeploy
