#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/run_state.hpp"

namespace sluice::engine {

/// One thing that a run waits for, as people and scripts want to know it.
struct Wait {
  enum class Kind {
    queue,     ///< the whole run, for a lock that another one holds; has no node
    paused,    ///< the whole run, until somebody continues it; has no node
    approval,  ///< somebody must approve or reject
    pause,     ///< the end of a pause
    report,    ///< somebody, mostly its function, reports what came of a hook
    check,     ///< enough traffic, or its end; a person where too little came
    hold,      ///< somebody else changed the alias or function: a person says what follows
    question,  ///< a step failed, and a person says what follows
    retry,     ///< the next try of a step
    service,   ///< a state of the outside: a function that becomes active
  };
  Kind kind = Kind::service;
  std::string node;         ///< its path
  std::string text;         ///< what it waits for, for people
  std::optional<Time> due;  ///< when the wait ends by itself, or what happens without an answer
  bool person = false;      ///< somebody must act; where there is a due time, until then
  std::vector<std::string> signals;       ///< what ends it (design E9)
  std::vector<plan::ActionKind> choices;  ///< of a hold or question, each with its signal above
};

std::string_view name_of(Wait::Kind kind);
/// The signal that picks a choice of a question.
std::string signal_for(plan::ActionKind choice);

/// Everything a run waits for, in the order of its paths; nothing once it has ended. Pure.
std::vector<Wait> waits_of(plan::Plan const& plan, RunState const& state);

}  // namespace sluice::engine
