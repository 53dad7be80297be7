#pragma once

#include "plan/expression.hpp"
#include "sim/scenario.hpp"

namespace sluice::sim {

/// Puts what authors of plans may put around and between the steps of releases into
/// `scenario.plan`: scopes of every kind, loops, conditions, expressions, timeouts, guards, failure
/// rules with every action, compensations and rollbacks as linked runs. The plan stays one that can
/// be run.
void embellish(Random& random, Scenario& scenario);

/// The language of some of the drawn expressions: "3" is true once three nodes have put something
/// out, and anything but a number an error.
inline constexpr char counting_language[] = "counting@1";
Result<json::Value> evaluate_counting(std::string const& text, plan::Scope const& scope);

}  // namespace sluice::sim
