#pragma once

#include "base/json.hpp"
#include "net/server.hpp"

/// What the handlers of the API answer with. Errors: problem.hpp.
namespace sluice::server {

/// A JSON document that nobody keeps.
net::Response answer(int status, json::Value const& body);
/// 204.
net::Response nothing();

Result<json::Value> body_of(net::Incoming const& request);

}  // namespace sluice::server
