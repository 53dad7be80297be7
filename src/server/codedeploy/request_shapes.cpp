#include "server/codedeploy/request_shapes.hpp"

namespace sluice::server::codedeploy::shapes {
namespace {

Shape text() { return Shape::text(); }
Shape flag() { return Shape::flag(); }
Shape whole() { return Shape::whole(); }
Shape texts() { return Shape::list(text()); }
Shape structure(std::vector<Shape::Member> members) { return Shape::structure(std::move(members)); }

Shape tags() { return Shape::list(structure({{"Key", text()}, {"Value", text()}})); }

Shape tag_filters() {
  return Shape::list(structure({{"Key", text()}, {"Value", text()}, {"Type", text()}}));
}

Shape names() { return Shape::list(structure({{"name", text()}})); }

Shape minimum_hosts() { return structure({{"type", text()}, {"value", whole()}}); }

Shape location() {
  auto inline_text = structure({{"content", text()}, {"sha256", text()}});
  return structure({{"revisionType", text()},
                    {"s3Location", structure({{"bucket", text()},
                                              {"key", text()},
                                              {"bundleType", text()},
                                              {"version", text()},
                                              {"eTag", text()}})},
                    {"gitHubLocation", structure({{"repository", text()}, {"commitId", text()}})},
                    {"string", inline_text},
                    {"appSpecContent", inline_text}});
}

Shape triggers() {
  return Shape::list(structure(
      {{"triggerName", text()}, {"triggerTargetArn", text()}, {"triggerEvents", texts()}}));
}

Shape alarms() {
  return structure({{"enabled", flag()}, {"ignorePollAlarmFailure", flag()}, {"alarms", names()}});
}

Shape load_balancer() {
  auto route = structure({{"listenerArns", texts()}});
  auto pair = structure(
      {{"targetGroups", names()}, {"prodTrafficRoute", route}, {"testTrafficRoute", route}});
  return structure({{"elbInfoList", names()},
                    {"targetGroupInfoList", names()},
                    {"targetGroupPairInfoList", Shape::list(pair)}});
}

Shape blue_green() {
  return structure({{"terminateBlueInstancesOnDeploymentSuccess",
                     structure({{"action", text()}, {"terminationWaitTimeInMinutes", whole()}})},
                    {"deploymentReadyOption",
                     structure({{"actionOnTimeout", text()}, {"waitTimeInMinutes", whole()}})},
                    {"greenFleetProvisioningOption", structure({{"action", text()}})}});
}

}  // namespace

Shape application_name() { return structure({{"applicationName", text()}}); }

Shape application_names() { return structure({{"applicationNames", texts()}}); }

Shape create_application() {
  return structure({{"applicationName", text()}, {"computePlatform", text()}, {"tags", tags()}});
}

Shape update_application() {
  return structure({{"applicationName", text()}, {"newApplicationName", text()}});
}

Shape next_token() { return structure({{"nextToken", text()}}); }

Shape create_configuration() {
  auto canary = structure({{"canaryPercentage", whole()}, {"canaryInterval", whole()}});
  auto linear = structure({{"linearPercentage", whole()}, {"linearInterval", whole()}});
  return structure(
      {{"deploymentConfigName", text()},
       {"computePlatform", text()},
       {"trafficRoutingConfig",
        structure({{"type", text()}, {"timeBasedCanary", canary}, {"timeBasedLinear", linear}})},
       {"minimumHealthyHosts", minimum_hosts()},
       {"zonalConfig", structure({{"firstZoneMonitorDurationInSeconds", whole()},
                                  {"monitorDurationInSeconds", whole()},
                                  {"minimumHealthyHostsPerZone", minimum_hosts()}})}});
}

Shape configuration_name() { return structure({{"deploymentConfigName", text()}}); }

Shape group_settings() {
  return structure(
      {{"applicationName", text()},
       {"deploymentGroupName", text()},
       {"currentDeploymentGroupName", text()},
       {"newDeploymentGroupName", text()},
       {"deploymentConfigName", text()},
       {"serviceRoleArn", text()},
       {"deploymentStyle", structure({{"deploymentType", text()}, {"deploymentOption", text()}})},
       {"alarmConfiguration", alarms()},
       {"autoRollbackConfiguration", structure({{"enabled", flag()}, {"events", texts()}})},
       {"triggerConfigurations", triggers()},
       {"outdatedInstancesStrategy", text()},
       {"terminationHookEnabled", flag()},
       {"tags", tags()},
       {"ec2TagFilters", tag_filters()},
       {"onPremisesInstanceTagFilters", tag_filters()},
       {"autoScalingGroups", texts()},
       {"ec2TagSet", structure({{"ec2TagSetList", Shape::list(tag_filters())}})},
       {"onPremisesTagSet", structure({{"onPremisesTagSetList", Shape::list(tag_filters())}})},
       {"loadBalancerInfo", load_balancer()},
       {"blueGreenDeploymentConfiguration", blue_green()},
       {"ecsServices",
        Shape::list(structure({{"serviceName", text()}, {"clusterName", text()}}))}});
}

Shape group_name() {
  return structure({{"applicationName", text()}, {"deploymentGroupName", text()}});
}

Shape group_names() {
  return structure({{"applicationName", text()}, {"deploymentGroupNames", texts()}});
}

Shape list_groups() { return structure({{"applicationName", text()}, {"nextToken", text()}}); }

Shape revision() {
  return structure(
      {{"applicationName", text()}, {"description", text()}, {"revision", location()}});
}

Shape revisions() {
  return structure({{"applicationName", text()}, {"revisions", Shape::list(location())}});
}

Shape list_revisions() {
  return structure({{"applicationName", text()},
                    {"sortBy", text()},
                    {"sortOrder", text()},
                    {"s3Bucket", text()},
                    {"s3KeyPrefix", text()},
                    {"deployed", text()},
                    {"nextToken", text()}});
}

Shape tag_resource() { return structure({{"ResourceArn", text()}, {"Tags", tags()}}); }

Shape untag_resource() { return structure({{"ResourceArn", text()}, {"TagKeys", texts()}}); }

Shape list_tags() { return structure({{"ResourceArn", text()}, {"NextToken", text()}}); }

Shape external_id() { return structure({{"externalId", text()}}); }

Shape github_token() { return structure({{"tokenName", text()}}); }

Shape list_instances() {
  return structure(
      {{"registrationStatus", text()}, {"tagFilters", tag_filters()}, {"nextToken", text()}});
}

Shape instance() { return structure({{"instanceName", text()}}); }

Shape instances() { return structure({{"instanceNames", texts()}, {"tags", tags()}}); }

Shape anything() { return structure({}); }

}  // namespace sluice::server::codedeploy::shapes
