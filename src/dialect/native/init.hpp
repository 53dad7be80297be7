#pragma once

#include <map>
#include <string>

#include "base/json.hpp"

namespace sluice::dialect {

/// A short release file for a function that is already there: what it compiles to differs from the
/// function in nothing. `function_configuration` is the answer of GetFunctionConfiguration;
/// settings that have AWS's default are left out. The package is left out too, so that the code
/// stays as it is until a package is named. `alias` and `region` may be empty.
std::string native_for_function(json::Value const& function_configuration,
                                std::map<std::string, std::string> const& tags,
                                std::string const& alias, std::string const& region);

}  // namespace sluice::dialect
