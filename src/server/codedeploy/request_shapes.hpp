#pragma once

#include "server/codedeploy/shape.hpp"

/// The members of each operation's request that are looked at here, and their types. Every other
/// member is ignored, as unknown ones are.
namespace sluice::server::codedeploy::shapes {

Shape application_name();   ///< GetApplication, DeleteApplication
Shape application_names();  ///< BatchGetApplications
Shape create_application();
Shape update_application();
Shape next_token();  ///< every list that takes nothing else

Shape create_configuration();
Shape configuration_name();

Shape group_settings();  ///< CreateDeploymentGroup, UpdateDeploymentGroup
Shape group_name();
Shape group_names();
Shape list_groups();

Shape revision();  ///< RegisterApplicationRevision, GetApplicationRevision
Shape revisions();
Shape list_revisions();

Shape tag_resource();
Shape untag_resource();
Shape list_tags();

Shape external_id();
Shape github_token();
Shape list_instances();
Shape instance();   ///< the operations on one on-premises instance
Shape instances();  ///< and on several

/// Of an operation that is refused whatever it says.
Shape anything();

}  // namespace sluice::server::codedeploy::shapes
