#include "sim/state_text.hpp"

namespace sluice::sim {
namespace {

json::Value time_of(std::optional<Time> time) {
  return time ? json::Value(to_millis(*time)) : json::Value();
}

json::Value class_of(std::optional<plan::ErrorClass> error) {
  return error ? json::Value(plan::name_of(*error)) : json::Value();
}

json::Value to_json(engine::EffectRecord const& effect) {
  return {{"intent", effect.intent},
          {"result", effect.result.value_or(json::Value())},
          {"open", effect.open()},
          {"void", effect.void_},
          {"closed", to_millis(effect.closed)}};
}

json::Value to_json(engine::NodeState const& node) {
  json::Value effects = json::Array{}, tries = json::Object{}, items = json::Array{};
  for (auto const& effect : node.effects) effects.push(to_json(effect));
  for (auto const& [by, count] : node.tries) tries.set(by, count);
  for (std::size_t i = 0; i < node.items.size(); ++i)
    items.push(json::Value{{"name", node.items[i]}, {"value", node.item_values[i]}});
  json::Value ending;
  if (node.ending)
    ending = json::Value{{"status", engine::name_of(node.ending->status)},
                         {"class", class_of(node.ending->error)},
                         {"reason", node.ending->reason}};
  return {{"status", engine::name_of(node.status)},
          {"attempt", node.attempt},
          {"input", node.input},
          {"effects", effects},
          {"outputs", node.outputs},
          {"class", class_of(node.error)},
          {"reason", node.reason},
          {"hint", node.hint},
          {"decided", node.decided},
          {"decided_by", node.decided_by},
          {"ending", ending},
          {"started", time_of(node.started)},
          {"ended", time_of(node.ended)},
          {"due", time_of(node.due)},
          {"waiting_for", node.waiting_for},
          {"memory", node.memory},
          {"asks_person", node.asks_person},
          {"items", items},
          {"signals", json::Value(json::Array(node.signals.begin(), node.signals.end()))},
          {"tries", tries},
          {"question", plan::to_json(node.question)},
          {"worked_ms", static_cast<std::int64_t>(node.worked.count())},
          {"working_since", time_of(node.working_since)}};
}

json::Value to_json(engine::Rollback const& rollback) {
  return {{"scope", rollback.scope},
          {"reason", rollback.reason},
          {"class", class_of(rollback.error)},
          {"by", rollback.requested_by},
          {"compensating", rollback.compensating},
          {"done", rollback.done}};
}

}  // namespace

json::Value to_json(engine::RunState const& state) {
  json::Value nodes = json::Object{}, rollbacks = json::Array{}, releases = json::Object{}, stop;
  for (auto const& [path, node] : state.nodes) nodes.set(path, to_json(node));
  for (auto const& rollback : state.rollbacks) rollbacks.push(to_json(rollback));
  for (auto const& [id, release] : state.releases) releases.set(id, release);
  if (state.stop)
    stop = json::Value{{"reason", state.stop->reason},
                       {"by", state.stop->by},
                       {"roll_back", state.stop->roll_back}};
  return {{"id", state.id},
          {"created", to_millis(state.created)},
          {"requester", state.requester},
          {"options", state.options},
          {"last_seq", state.last_seq},
          {"nodes", nodes},
          {"rollbacks", rollbacks},
          {"releases", releases},
          {"stop", stop},
          {"paused", state.paused},
          {"promoting", state.promoting},
          {"promoted_by", state.promoted_by},
          {"end_state", state.end_state},
          {"ended", time_of(state.ended)}};
}

}  // namespace sluice::sim
