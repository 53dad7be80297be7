#pragma once

#include <string>

#include "base/json.hpp"

namespace sluice::dialect::native {

/// The value as YAML in block style, for people: short lists of scalars on one line, quotes only
/// where a plain scalar would mean something else. Ends with a line end.
std::string yaml_text(json::Value const& value);

/// The same with every "${" in a text written as "$${", so that it is no variable.
std::string release_file_text(json::Value const& value);

}  // namespace sluice::dialect::native
