#include "engine/step.hpp"

namespace sluice::engine {

json::Value to_json(Effect const& effect) {
  json::Value out{{"name", effect.name}};
  if (!effect.before.is_null()) out.set("before", effect.before);
  if (!effect.desired.is_null()) out.set("desired", effect.desired);
  if (!effect.more.is_null()) out.set("more", effect.more);
  return out;
}

Effect effect_of(json::Value const& intent) {
  return {intent["name"].as_string(), intent["before"], intent["desired"], intent["more"]};
}

plan::Release const& StepContext::declared() const {
  plan::Release const* found = plan->release(release_id);
  ENSURE(found);
  return *found;
}

plan::Target const& StepContext::target() const {
  plan::Target const* found =
      plan->target(release_id.empty() ? record.input["target"].as_string() : declared().target);
  ENSURE(found);
  return *found;
}

json::Value const& StepContext::result_of(std::string_view effect) const {
  static json::Value const none;
  for (auto it = record.effects.rbegin(); it != record.effects.rend(); ++it)
    if (it->result && it->intent["name"].as_string() == effect) return *it->result;
  return none;
}

bool StepContext::happened(std::string_view effect) const {
  return std::ranges::any_of(record.effects, [&](EffectRecord const& it) {
    return it.result && it.intent["name"].as_string() == effect;
  });
}

Performed Executor::perform(StepContext&, Effect const& effect) const {
  return Refused{{plan::ErrorClass::unknown, "this step has no effect called " + effect.name, ""}};
}

Settled Executor::settle(StepContext&, Effect const& effect) const {
  return Refused{{plan::ErrorClass::unknown, "this step has no effect called " + effect.name, ""}};
}

bool Executor::accepts(std::string_view) const { return false; }

void Executors::add(std::string kind, std::unique_ptr<Executor> executor) {
  by_kind_[std::move(kind)] = std::move(executor);
}

Executor const* Executors::find(std::string_view kind) const {
  auto found = by_kind_.find(kind);
  return found == by_kind_.end() ? nullptr : found->second.get();
}

}  // namespace sluice::engine
