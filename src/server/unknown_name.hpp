#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sluice::server {

/// "unknown parameter 'stat'", with the name that was probably meant, or all there are.
Error unknown_name(std::string_view what, std::string const& name,
                   std::vector<std::string> const& known);

}  // namespace sluice::server
