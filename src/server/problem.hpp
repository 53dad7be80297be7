#pragma once

#include <expected>
#include <vector>

#include "engine/core.hpp"
#include "net/http.hpp"

/// Errors of the API: problem documents (RFC 9457) with `code`, `detail`, `hint`, `errors` and
/// `traceId`.
namespace sluice::server {

/// What is wrong with one part of a request's body.
struct FieldError : Error {
  std::string pointer;  ///< RFC 6901, "" for the whole document
};
template <class T>
using Field = std::expected<T, FieldError>;
std::unexpected<FieldError> wrong_field(Error error, std::string pointer);

int status_of(ErrorCode code);

/// {"type", "title", "status", "code", "detail", "hint"?} as application/problem+json.
net::Response problem(Error const& error);
/// And "errors": [{"pointer", "code", "message"}].
net::Response field_problem(FieldError const& error);
net::Response problem(Error const& error, std::vector<FieldError> const& parts);
/// A lock is busy: 409 with the code "busy", the lock, and the run that holds it.
net::Response busy_problem(store::Busy const& busy);
/// The same problem under another status.
net::Response restated(net::Response problem, int status);
/// As it goes out: with its `traceId`. What was broken inside is logged, and told only where
/// `tell_internals`.
net::Response traced(net::Response problem, std::string const& trace, bool tell_internals);

/// The error that a problem document stands for; where the body is none, what the status says.
Error error_of(net::Response const& response);
/// What busy_problem says; none for every other answer.
std::optional<store::Busy> busy_of(net::Response const& response);

}  // namespace sluice::server
