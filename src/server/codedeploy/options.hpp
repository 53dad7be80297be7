#pragma once

#include <string>
#include <vector>

#include "server/codedeploy/access_keys.hpp"
#include "server/rate_limit.hpp"

namespace sluice::server::codedeploy {

/// What the operator decides of the face.
struct Options {
  std::string account = "000000000000";  ///< twelve digits: the one whose resources these are
  std::vector<DeclaredKey> keys;         ///< besides those that are issued
  RateLimitOptions rate;                 ///< of each principal
};

}  // namespace sluice::server::codedeploy
