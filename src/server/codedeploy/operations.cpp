#include "server/codedeploy/operations.hpp"

#include <algorithm>

#include "server/codedeploy/request_shapes.hpp"

namespace sluice::server::codedeploy {
namespace {

std::vector<Operation> table() {
  using enum Permission;
  using namespace shapes;
  return {
      {"AddTagsToOnPremisesInstances", maintain, instances(), use_instances},
      {"BatchGetApplicationRevisions", view, revisions(), batch_get_revisions},
      {"BatchGetApplications", view, application_names(), batch_get_applications},
      {"BatchGetDeploymentGroups", view, group_names(), batch_get_groups},
      {"BatchGetDeploymentInstances", view, anything(), refuse_deployments},
      {"BatchGetDeploymentTargets", view, anything(), refuse_deployments},
      {"BatchGetDeployments", view, anything(), refuse_deployments},
      {"BatchGetOnPremisesInstances", view, instances(), batch_get_instances},
      {"ContinueDeployment", operate, anything(), refuse_deployments},
      {"CreateApplication", maintain, shapes::create_application(), codedeploy::create_application},
      {"CreateDeployment", operate, anything(), refuse_deployments},
      {"CreateDeploymentConfig", maintain, shapes::create_configuration(),
       codedeploy::create_configuration},
      {"CreateDeploymentGroup", maintain, group_settings(), create_group},
      {"DeleteApplication", maintain, shapes::application_name(), delete_application},
      {"DeleteDeploymentConfig", maintain, shapes::configuration_name(), delete_configuration},
      {"DeleteDeploymentGroup", maintain, shapes::group_name(), delete_group},
      {"DeleteGitHubAccountToken", maintain, github_token(), delete_github_token},
      {"DeleteResourcesByExternalId", maintain, external_id(), delete_by_external_id},
      {"DeregisterOnPremisesInstance", maintain, instance(), use_instance},
      {"GetApplication", view, shapes::application_name(), get_application},
      {"GetApplicationRevision", view, revision(), get_revision},
      {"GetDeployment", view, anything(), refuse_deployments},
      {"GetDeploymentConfig", view, shapes::configuration_name(), get_configuration},
      {"GetDeploymentGroup", view, shapes::group_name(), get_group},
      {"GetDeploymentInstance", view, anything(), refuse_deployments},
      {"GetDeploymentTarget", view, anything(), refuse_deployments},
      {"GetOnPremisesInstance", view, instance(), use_instance},
      {"ListApplicationRevisions", view, shapes::list_revisions(), codedeploy::list_revisions},
      {"ListApplications", view, next_token(), list_applications},
      {"ListDeploymentConfigs", view, next_token(), list_configurations},
      {"ListDeploymentGroups", view, shapes::list_groups(), codedeploy::list_groups},
      {"ListDeploymentInstances", view, anything(), refuse_deployments},
      {"ListDeploymentTargets", view, anything(), refuse_deployments},
      {"ListDeployments", view, anything(), refuse_deployments},
      {"ListGitHubAccountTokenNames", view, next_token(), list_github_tokens},
      {"ListOnPremisesInstances", view, shapes::list_instances(), codedeploy::list_instances},
      {"ListTagsForResource", view, shapes::list_tags(), codedeploy::list_tags},
      {"PutLifecycleEventHookExecutionStatus", operate, anything(), refuse_deployments},
      {"RegisterApplicationRevision", operate, revision(), register_revision},
      {"RegisterOnPremisesInstance", maintain, instance(), register_instance},
      {"RemoveTagsFromOnPremisesInstances", maintain, instances(), use_instances},
      {"SkipWaitTimeForInstanceTermination", operate, anything(), refuse_deployments},
      {"StopDeployment", operate, anything(), refuse_deployments},
      {"TagResource", maintain, shapes::tag_resource(), codedeploy::tag_resource},
      {"UntagResource", maintain, shapes::untag_resource(), codedeploy::untag_resource},
      {"UpdateApplication", maintain, shapes::update_application(), codedeploy::update_application},
      {"UpdateDeploymentGroup", maintain, group_settings(), update_group},
  };
}

}  // namespace

std::vector<Operation> const& operations() {
  static std::vector<Operation> const all = table();
  return all;
}

Operation const* operation_named(std::string_view name) {
  auto found = std::ranges::lower_bound(operations(), name, {}, &Operation::name);
  return found != operations().end() && found->name == name ? &*found : nullptr;
}

}  // namespace sluice::server::codedeploy
