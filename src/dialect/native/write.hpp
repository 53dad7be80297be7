#pragma once

#include <string>

#include "plan/plan.hpp"

namespace sluice::dialect {

/// Any plan as a file in the native form. What comes out compiles to an equivalent plan: that is
/// checked before it is given away, so a plan that holds something the form cannot say is an error
/// that names it.
Result<std::string> write_native(plan::Plan const& plan);

/// Whether two plans do the same: equal but for the dialect and file they came from, descriptions
/// and titles for people, and the dialect's own values for views.
bool equivalent(plan::Plan const& a, plan::Plan const& b);

}  // namespace sluice::dialect
