#pragma once

#include <optional>
#include <string>

#include "engine/core.hpp"

namespace sluice::engine {

/// The run that deletes what a run leaves behind, after the drain: the candidates of releases that
/// were rolled back, the old versions of those that succeeded; none where the plan asks for none.
/// It is linked to `state.id` by its options ("clean_up_of"), holds no lock and changes nothing
/// else, so that the run itself ends at once (design E5). Pure.
std::optional<StartRequest> clean_up_run(plan::Plan const& plan, RunState const& state);

/// "version 8 of orders in 5m".
std::string clean_up_words(StartRequest const& request);

}  // namespace sluice::engine
