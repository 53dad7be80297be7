#include "sim/watch.hpp"

#include "base/hash.hpp"

namespace sluice::sim {
Watch::Watch(Scenario const& scenario, Cloud& cloud, VirtualClock& clock, Faults& faults,
             store::Store& store, Script& script)
    : scenario_(scenario),
      cloud_(cloud),
      clock_(clock),
      faults_(faults),
      store_(store),
      script_(script) {}

void Watch::begin(std::string run) {
  state_ = {};
  events_.clear();
  state_.id = std::move(run);
}

void Watch::sync() {
  if (state_.id.empty()) return;
  faults_.quiet = true;
  auto fresh = store_.events(state_.id, state_.last_seq);
  faults_.quiet = false;
  ENSURE(fresh.has_value());
  for (auto& event : *fresh) {
    script_.say(event);
    engine::apply(state_, scenario_.plan, event);
    for (auto& invariant : invariants_) invariant->event(view(), event);
    events_.push_back(std::move(event));
  }
  if (fresh->empty()) return;
  changed_ = true;
  for (auto const& [id, release] : state_.releases)
    if (auto candidate = release["candidate_version"].as_string(); !candidate.empty())
      cloud_.set_candidate(view().function(id), candidate);
}

void Watch::accepted(Write write) {
  changed_ = true;
  sync();
  for (auto& invariant : invariants_) invariant->write(view(), write);
}

void Watch::look() {
  if (!std::exchange(changed_, false)) return;
  for (auto& invariant : invariants_) invariant->look(view());
}

void Watch::end() {
  sync();
  for (auto& invariant : invariants_) invariant->end(view());
}

std::vector<std::string> Watch::violations() const {
  std::vector<std::string> all;
  for (auto const& invariant : invariants_)
    all.insert(all.end(), invariant->violations().begin(), invariant->violations().end());
  return all;
}

std::string Watch::hash() const {
  Sha256 hash;
  for (auto const& event : events_)
    hash.update(std::to_string(event.seq) + " " + std::to_string(to_millis(event.at)) + " " +
                event.type + " " + event.body.dump() + "\n");
  return hex(hash.finish());
}

}  // namespace sluice::sim
