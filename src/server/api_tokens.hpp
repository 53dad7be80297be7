#pragma once

#include <vector>

#include "server/codedeploy/access_keys.hpp"
#include "server/failures.hpp"
#include "server/router.hpp"
#include "server/tokens.hpp"

namespace sluice::server {

/// The routes of API tokens, for ApiParts::more. The references must outlive them.
///
///   POST   /api/v1/login           {"setup_token", "name"} → 201 with an administrator's "token"
///   GET    /api/v1/tokens          {"tokens": […]}
///   POST   /api/v1/tokens          {"name", "roles", "expires_in"} → 201, with its text as
///   "token";
///                                  with "aws_keys": true an access key, with "secret_access_key"
///   DELETE /api/v1/tokens/ID       → 204
///   GET    /api/v1/whoami          {"name", "roles"}
std::vector<Route> token_routes(Tokens& tokens, codedeploy::AccessKeys& keys, Failures& failures);

}  // namespace sluice::server
