#include "base/log.hpp"
#include "engine/core_run.hpp"

/// A core whose store is shared with other servers: what it does at the beginning and the end of
/// its lease, and how it finds out that a run is somebody else's (design E7).
namespace sluice::engine {

void Core::begin_term(store::Membership member) {
  shared_ = true;
  member_ = std::move(member);
  if (!queued_.empty()) queue_due_ = ports_.clock.now();
}

void Core::end_term() {
  shared_ = true;
  member_.reset();
  for (auto& [id, run] : runs_)
    if (!run->lost && !run->ended()) lose(*run);
  for (auto const& [id, parked] : std::exchange(parked_, {})) {
    due_.set(id, std::nullopt);
    queued_.erase(id);
  }
}

/// The store refuses what a lease that is over began; a run that was begun at its end is taken
/// over.
Result<void> Core::may_claim() const {
  if (!shared_ || member_) return {};
  return fail(ErrorCode::unavailable, "this server has no lease on the shared store at the moment",
              "Ask again in a few seconds, or ask another server.");
}

bool Core::trusted() const {
  return !drained_ && (ports_.trust == nullptr || ports_.trust->holds());
}

void Core::trust_changed() {
  auto runs = runs_;  // advancing may end runs
  for (auto& [id, run] : runs) {
    if (run->lost) continue;
    if (trusted() && !run->ended()) wake(*run);
    if (!trusted())
      for (auto& [path, flight] : run->in_flight) flight.stop.request_stop();
  }
}

void Core::drain() { drained_ = true; }

void Core::hurry() {
  for (auto& [id, run] : runs_)
    for (auto& [path, flight] : run->in_flight) flight.stop.request_stop();
}

bool Core::at_rest() const {
  return std::ranges::all_of(runs_, [](auto const& entry) {
    return entry.second->lost || entry.second->in_flight.empty();
  });
}

std::size_t Core::executing() const {
  auto in_memory = std::ranges::count_if(
      runs_, [](auto const& entry) { return !entry.second->lost && !entry.second->ended(); });
  return static_cast<std::size_t>(in_memory) + parked_.size();
}

/// After an answer that leaves open whether a write was accepted, a 412 above all: where another
/// server has written meanwhile nothing may be concluded from what is found, and nothing done. The
/// store tells. Where it cannot, looking does no harm: what follows has to be committed first.
bool Core::still_owns(Run& run) {
  auto row = ports_.store.run(run.id);
  if (!row || (*row && (*row)->epoch == run.epoch)) return true;
  ++ownership_.fenced_writes;
  lose(run);
  log::warning("run_taken_over", {{"run", run.id}, {"epoch", run.epoch}});
  return false;
}

void Core::lose(Run& run) {
  touch(run);
  run.lost = true;
  for (auto& [path, flight] : run.in_flight) flight.stop.request_stop();
  std::erase_if(exclusive_, [&](auto const& entry) { return entry.second.first == run.id; });
}

}  // namespace sluice::engine
