#include "base/log.hpp"
#include "engine/core_run.hpp"
#include "engine/events.hpp"

/// What of a run is in memory, and when. All of it can be had from the store at any time.
namespace sluice::engine {

/// The run as its journal tells it. corrupt: the journal does not hold together.
Result<std::shared_ptr<Core::Run>> Core::read(store::RunRow const& row) {
  auto run = std::make_shared<Run>();
  run->id = run->state.id = row.id;
  run->epoch = row.epoch;
  run->plan = plans_.find(row.plan_digest);
  if (!run->plan) {
    auto stored = ports_.store.plan(row.plan_digest);
    if (!stored) return std::unexpected(stored.error());
    auto plan = plan::plan_from_json(*stored);
    if (!plan) return std::unexpected(plan.error());
    run->plan = plans_.keep(row.plan_digest, std::move(*plan));
  }
  while (run->state.last_seq < row.last_seq) {
    auto events = ports_.store.events(row.id, run->state.last_seq);
    if (!events) return std::unexpected(events.error());
    if (events->empty() || events->front().seq != run->state.last_seq + 1)
      return fail(ErrorCode::corrupt, "the journal of run " + row.id + " ends at event " +
                                          std::to_string(run->state.last_seq) + " of " +
                                          std::to_string(row.last_seq));
    for (auto const& entry : *events) apply(run->state, *run->plan, entry);
  }
  return run;
}

std::optional<Snapshot> Core::snapshot(std::string const& id) {
  if (Run* found = find(id)) return Snapshot{found->plan, found->state};
  auto row = ports_.store.run(id);
  if (!row || !*row) return std::nullopt;
  auto stored = read(**row);
  if (!stored) {
    log::warning("run_not_read", {{"run", id}, {"reason", stored.error().message}});
    return std::nullopt;
  }
  return Snapshot{(*stored)->plan, std::move((*stored)->state)};
}

/// Something about the run changed: `settle` will look at it.
void Core::touch(Run const& run) { touched_.insert(run.id); }

/// When the run wants to be woken.
std::optional<Time> Core::due_of(Run const& run) const {
  if (run.lost || run.ended()) return std::nullopt;
  if (!run.frozen.empty()) return run.retry_commit;
  auto due = engine::next_due(*run.plan, run.state, run.looked_at);
  for (auto const& [path, until] : run.wait_until) {
    bool waits = run.state.node(path).active() && !run.in_flight.contains(path);
    if (waits && (!due || until < *due)) due = until;
  }
  return due;
}

/// After something was done for runs, and nothing is being done for any: what they wait for now.
void Core::settle() {
  for (auto const& id : std::exchange(touched_, {}))
    if (Run* run = find(id)) settle(*run);
}

void Core::settle(Run& run) {
  due_.set(run.id, due_of(run));
  bool done = run.lost || run.ended();
  if (!done || !run.in_flight.empty()) return;
  queued_.erase(run.id);
  runs_.erase(std::string(run.id));
}

/// Why there is nobody to send a signal to.
Error Core::not_active(std::string const& id) {
  auto row = ports_.store.run(id);
  if (!row) return row.error();
  if (*row && (*row)->ended)
    return {ErrorCode::conflict, "run " + id + " has ended: " + (*row)->state, ""};
  return {ErrorCode::not_found, "there is no running run " + id, "sluice list shows the runs."};
}

}  // namespace sluice::engine
