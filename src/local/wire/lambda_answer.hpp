#pragma once

#include "local/model/fault.hpp"
#include "net/http.hpp"

namespace sluice::local {

/// A successful answer: JSON, or nothing at all for 204.
net::Response lambda_answer(int status, json::Value const& body, std::string const& request_id);

/// 400 InvalidRequestContentException: the body is not JSON.
Fault unreadable_body(std::string_view why);

/// 413: more than the operation takes.
Fault oversized_request(std::string_view code, std::size_t limit, std::string_view operation);

/// 404: nothing of Lambda answers at that path.
Fault unknown_path(std::string_view method, std::string_view path);

}  // namespace sluice::local
