#include "sim/watch.hpp"

namespace sluice::sim {

Watch::Watch(World world, std::string run, plan::Plan plan)
    : world_(world), plan_(std::move(plan)) {
  state_.id = std::move(run);
}

bool Watch::sync() {
  world_.faults.quiet = true;
  auto fresh = world_.store.events(state_.id, state_.last_seq);
  world_.faults.quiet = false;
  ENSURE(fresh.has_value());
  for (auto& event : *fresh) {
    world_.script.say(event);
    engine::apply(state_, plan_, event);
    for (auto& invariant : invariants_) invariant->event(view(), event);
    events_.push_back(std::move(event));
  }
  if (fresh->empty()) return false;
  for (auto const& [id, release] : state_.releases)
    if (auto candidate = release["candidate_version"].as_string(); !candidate.empty())
      world_.cloud.set_candidate(view().function(id), candidate);
  return true;
}

void Watch::accepted(Write const& write) {
  for (auto& invariant : invariants_) invariant->write(view(), write);
}

void Watch::arrived_late(Write const& write) {
  for (auto& invariant : invariants_) invariant->late(view(), write);
}

std::optional<std::int64_t> Watch::epoch_of(CloudCall const& call) const {
  auto intent = open_intent(view(), call);
  if (!intent) return std::nullopt;
  return state_.node(intent->path).effects[intent->index].epoch;
}

void Watch::delivered(std::string const& id) {
  for (auto& invariant : invariants_) invariant->delivery(view(), id);
}

void Watch::look() {
  for (auto& invariant : invariants_) invariant->look(view());
}

void Watch::end() {
  for (auto& invariant : invariants_) invariant->end(view());
}

std::vector<std::string> Watch::violations() const {
  std::vector<std::string> all;
  for (auto const& invariant : invariants_)
    all.insert(all.end(), invariant->violations().begin(), invariant->violations().end());
  return all;
}

}  // namespace sluice::sim
