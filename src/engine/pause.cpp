#include "engine/pause.hpp"

#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

/// In a pause's input, as it was when the pause started.
constexpr char pinned[] = "since_ms";

}  // namespace

void pin_pause(plan::Plan const& plan, RunState const& state, json::Value& input) {
  std::string const since = plan::pause_step(input).since;
  if (since.empty()) return;
  NodeState const& before = state.node(since);
  if (!before.ended) return;
  Time from = *before.ended;
  auto const* node = plan::find(plan, since);
  bool pause = node && node->step && node->step->kind == "pause";
  if (pause && before.started) from = std::min(from, end_of_pause(before));
  input.set(pinned, to_millis(from));
}

Time end_of_pause(NodeState const& pause) {
  Duration const duration = plan::pause_step(pause.input).duration;
  Time const started = pause.started.value_or(Time{});
  if (!pause.input.contains(pinned)) return started + duration;
  // Another server's clock may have been ahead.
  Time const from = std::min(from_millis(pause.input[pinned].as_int()), started);
  return (started - from > duration / 2 ? started : from) + duration;
}

}  // namespace sluice::engine
