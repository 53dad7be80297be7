#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace sluice::dialect {

/// What the plan needs and this version cannot run yet, one sentence each, in the order of the
/// plan; empty where it can run. A plan with such needs can be validated, shown and converted; who
/// starts runs asks here first and refuses.
std::vector<std::string> unsupported(plan::Plan const& plan);

}  // namespace sluice::dialect
