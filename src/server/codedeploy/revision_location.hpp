#pragma once

#include <string>

#include "server/codedeploy/fault.hpp"

/// Where a revision is (CodeDeploy API, RevisionLocation).
namespace sluice::server::codedeploy {

/// The location as it is kept: its type and the block that goes with it, an inline one with its
/// SHA-256, the bundle type as AWS writes it. RevisionRequiredException: there is none.
/// InvalidRevisionException: a block that is missing or another one's, an unknown type, one that
/// functions do not have, a SHA-256 that is not the content's.
///
/// An inline location may hold the SHA-256 alone: then it means one that is registered.
Outcome<json::Value> read_location(json::Value const& given);

/// What makes it this one: of an S3 object bucket, key, bundle type and, where they were given,
/// version and ETag; of an inline one the SHA-256. As the id of a record.
std::string revision_id(json::Value const& location);

/// Without its content, as it is shown in lists.
json::Value without_content(json::Value location);
/// Whether it is an inline one that came without its content.
bool lacks_content(json::Value const& location);

}  // namespace sluice::server::codedeploy
