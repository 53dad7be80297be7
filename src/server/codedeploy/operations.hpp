#pragma once

#include <string_view>
#include <vector>

#include "server/codedeploy/request.hpp"
#include "server/codedeploy/shape.hpp"

/// Everything that CodeDeploy_20141006 has (CodeDeploy API model, 2014-10-06), one row each.
namespace sluice::server::codedeploy {

struct Operation {
  std::string_view name;
  Permission permission = Permission::administer;
  Shape shape;
  Answer (*answer)(Request&) = nullptr;
};

/// By name. Nothing can be asked that is not in it.
std::vector<Operation> const& operations();
/// Null: there is none of that name.
Operation const* operation_named(std::string_view name);

// applications.cpp
Answer create_application(Request& request);
Answer get_application(Request& request);
Answer batch_get_applications(Request& request);
Answer list_applications(Request& request);
Answer update_application(Request& request);
Answer delete_application(Request& request);

// configurations.cpp
Answer create_configuration(Request& request);
Answer get_configuration(Request& request);
Answer list_configurations(Request& request);
Answer delete_configuration(Request& request);

// groups.cpp
Answer create_group(Request& request);
Answer get_group(Request& request);
Answer batch_get_groups(Request& request);
Answer list_groups(Request& request);
Answer update_group(Request& request);
Answer delete_group(Request& request);

// revisions.cpp
Answer register_revision(Request& request);
Answer get_revision(Request& request);
Answer batch_get_revisions(Request& request);
Answer list_revisions(Request& request);

// tags.cpp
Answer tag_resource(Request& request);
Answer untag_resource(Request& request);
Answer list_tags(Request& request);

// refused_operations.cpp
Answer delete_by_external_id(Request& request);
Answer list_github_tokens(Request& request);
Answer delete_github_token(Request& request);
Answer list_instances(Request& request);
Answer batch_get_instances(Request& request);
Answer use_instance(Request& request);
Answer use_instances(Request& request);
Answer register_instance(Request& request);
Answer refuse_deployments(Request& request);

}  // namespace sluice::server::codedeploy
