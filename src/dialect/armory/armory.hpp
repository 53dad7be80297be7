#pragma once

#include "dialect/compile.hpp"
#include "plan/expression.hpp"

namespace sluice::dialect {

/// Armory CD-as-a-Service deployment files with `kind: lambda`.
Dialect const& armory_dialect();

/// The language of the expressions in its plans, and what evaluates it (armory/templates.hpp).
inline constexpr char const* armory_language = "armory@1";
Result<json::Value> evaluate_armory(std::string const& text, plan::Scope const& scope);

}  // namespace sluice::dialect
