#pragma once

#include "engine/interpreter.hpp"

namespace sluice::engine {

/// What the first undecided failure means, by the nearest rule that matches (design section 1.2):
/// the node's own `on_failure`, then its ancestors'. Also carries out what a person answered, and
/// what follows where nobody answered in time. Pure.
///
/// A rule's condition sees what the failed node sees. One that cannot be evaluated does not hold.
std::optional<Decision> decide_failure(plan::Plan const& plan, RunState const& state,
                                       plan::Evaluators const& evaluators, Time now);

/// The action that a signal of this kind chooses where a question is asked. None: it is no answer.
std::optional<plan::ActionKind> chosen_by(std::string_view signal);

/// The nearest scope, from `path` upward, that has a compensation; "" with `found` false: none.
struct ScopeFound {
  std::string path;
  bool found = false;
};
ScopeFound scope_to_roll_back(plan::Plan const& plan, std::string_view path);

}  // namespace sluice::engine
