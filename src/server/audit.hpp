#pragma once

#include "base/json.hpp"
#include "server/access.hpp"

/// What was asked of a server and by whom, as lines of its log (operability M30): who, what, from
/// where, and what came of it; never a secret. They are of level info.
namespace sluice::server {

void audit(std::string_view event, Principal const& who, net::Incoming const& request,
           json::Object more = {});

}  // namespace sluice::server
