#pragma once

#include "local/model/lambda_call.hpp"

/// The operations, each under its API name; lambda.cpp has the table. Every one checks what AWS
/// checks, in AWS's order, and changes nothing when it answers a fault.
namespace sluice::local::lambda {

// lambda_functions.cpp
Answer create_function(Call& call);
Answer get_function(Call& call);
Answer get_function_configuration(Call& call);
Answer delete_function(Call& call);
Answer list_functions(Call& call);

// lambda_updates.cpp
Answer update_function_code(Call& call);
Answer update_function_configuration(Call& call);

// lambda_versions.cpp
Answer publish_version(Call& call);
Answer list_versions(Call& call);

// lambda_aliases.cpp
Answer create_alias(Call& call);
Answer get_alias(Call& call);
Answer update_alias(Call& call);
Answer delete_alias(Call& call);
Answer list_aliases(Call& call);

// lambda_tags.cpp
Answer tag_resource(Call& call);
Answer untag_resource(Call& call);
Answer list_tags(Call& call);

// lambda_concurrency.cpp
Answer put_concurrency(Call& call);
Answer get_concurrency(Call& call);
Answer delete_concurrency(Call& call);
Answer get_account_settings(Call& call);

// lambda_provisioned.cpp
Answer put_provisioned_concurrency(Call& call);
Answer get_provisioned_concurrency(Call& call);
Answer delete_provisioned_concurrency(Call& call);

// lambda_permissions.cpp
Answer add_permission(Call& call);
Answer get_policy(Call& call);
Answer remove_permission(Call& call);

// lambda_sources.cpp
Answer create_url_config(Call& call);
Answer get_url_config(Call& call);
Answer create_event_source_mapping(Call& call);
Answer list_event_source_mappings(Call& call);

}  // namespace sluice::local::lambda
