#pragma once

#include "engine/core.hpp"
#include "net/http.hpp"

/// Errors of the API: problem documents (RFC 9457) with `code`, `detail` and `hint`.
namespace sluice::server {

int status_of(ErrorCode code);

/// {"type", "title", "status", "code", "detail", "hint"?} as application/problem+json.
net::Response problem(Error const& error);
/// A lock is busy: 409 with the code "busy", the lock, and the run that holds it.
net::Response busy_problem(store::Busy const& busy);

/// The error that a problem document stands for; where the body is none, what the status says.
Error error_of(net::Response const& response);
/// What busy_problem says; none for every other answer.
std::optional<store::Busy> busy_of(net::Response const& response);

}  // namespace sluice::server
