#pragma once

#include <string>

#include "aws/caller.hpp"
#include "base/json.hpp"

namespace sluice::aws {

/// Pages of one list that are followed before it is given up as endless.
constexpr int most_pages = 1000;

/// An answer of status 2xx that cannot be understood. A write has happened all the same.
std::unexpected<CallError> unreadable(Spec const& spec, std::string why);

/// Calls and reads the answer as JSON; an empty body is an empty object.
Answer<json::Value> call_json(Caller const& caller, Spec const& spec);

/// Calls and drops the body.
Answer<void> call_only(Caller const& caller, Spec const& spec);

}  // namespace sluice::aws
