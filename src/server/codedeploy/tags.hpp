#pragma once

#include "server/codedeploy/fault.hpp"

namespace sluice::server::codedeploy {

/// [{"Key", "Value"}] as {key: value}. InvalidTagsToAddException: keys of 1 to 128 characters that
/// do not begin with "aws:", each once; values of at most 256; 50 tags.
Outcome<json::Value> read_tags(json::Value const& list);
/// `more` over `tags`. InvalidTagsToAddException: over 50.
Outcome<json::Value> with_tags(json::Value tags, json::Value const& more);

}  // namespace sluice::server::codedeploy
