#include "base/log.hpp"
#include "engine/core_run.hpp"
#include "engine/events.hpp"

/// What of a run is in memory, and when. All of it can be had from the store at any time.
namespace sluice::engine {
namespace {

constexpr Duration read_again = std::chrono::seconds(1);
/// A journal of as many events is read in the time of a few commits. A run with more of them stays
/// in memory for waits that are longer by the same factor.
constexpr std::int64_t events_read_at_once = 100;

}  // namespace

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

/// A run of this core, read again where it had left memory. Null: it is none of this core's.
Result<Core::Run*> Core::reach(std::string const& id) {
  if (Run* run = find(id)) return run;
  auto parked = parked_.find(id);
  if (parked == parked_.end()) return nullptr;
  return load(id, parked->second);
}

Result<Core::Run*> Core::load(std::string const& id, Parked& parked) {
  if (parked.unreadable) return std::unexpected(*parked.unreadable);
  auto row = ports_.store.run(id);
  if (!row && row.error().code == ErrorCode::unavailable) return std::unexpected(row.error());
  if (!row) return std::unexpected(hold(id, parked, row.error()));
  bool ours = *row && !(*row)->ended && (*row)->epoch == parked.epoch;
  if (!ours) {
    drop(id);
    log::warning("run_taken_over", {{"run", id}, {"reason", "its row has another owner"}});
    return fail(ErrorCode::conflict, "run " + id + " is executed by another process now");
  }
  auto stored = read(**row);
  if (!stored && stored.error().code == ErrorCode::unavailable)
    return std::unexpected(stored.error());
  if (!stored) return std::unexpected(hold(id, parked, stored.error()));
  auto run = std::move(*stored);
  run->services = std::move(parked.services);
  run->looked_at = parked.looked_at;
  if (parked.told) run->told = std::move(*parked.told);
  parked_.erase(id);
  touch(*run);
  return (runs_[id] = std::move(run)).get();
}

/// What cannot be understood now cannot be understood later: it is not tried over and over, and a
/// person who asks for the run is told (operability H15).
Error Core::hold(std::string const& id, Parked& parked, Error why) {
  why.message = "run " + id + " is held, because its journal cannot be read: " + why.message;
  why.hint = "sluice resume tries again, once the store is mended.";
  log::error("run_held", {{"run", id}, {"reason", why.message}});
  parked.unreadable = std::make_unique<Error>(why);
  return why;
}

void Core::drop(std::string const& id) {
  due_.set(id, std::nullopt);
  queued_.erase(id);
  parked_.erase(id);
  runs_.erase(id);
}

void Core::wake_due(std::string const& id) {
  auto reached = reach(id);
  unread_.reset();
  if (reached) {
    if (Run* run = *reached; run && !run->lost && !run->ended()) wake(*run);
    return;
  }
  auto parked = parked_.find(id);
  if (parked == parked_.end()) return;  // taken over
  bool held = parked->second.unreadable != nullptr;
  due_.set(id, held ? std::nullopt : std::optional(ports_.clock.now() + read_again));
  if (!held) unread_ = reached.error().message;
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
  auto due = due_of(run);
  due_.set(run.id, due);
  if (!run.in_flight.empty()) return;
  if (run.lost || run.ended()) return drop(std::string(run.id));
  if (!run.state.queued && !run.before_taking) queued_.erase(run.id);
  if (can_leave(run, due)) unload(run);
}

/// Nothing happens to it for a while, and all there is to know of it is committed.
bool Core::can_leave(Run const& run, std::optional<Time> due) const {
  if (!ports_.unload_after || !run.pending.empty() || !run.frozen.empty() || run.before_taking ||
      !run.to_wake.empty() || !run.not_begun.empty() || !run.held_keys.empty())
    return false;
  for (auto const& [path, until] : run.wait_until)
    if (run.state.node(path).active()) return false;
  if (!due) return true;
  Duration wait = *due - ports_.clock.now();
  return wait / (1 + run.state.last_seq / events_read_at_once) > *ports_.unload_after;
}

void Core::unload(Run& run) {
  Parked parked{run.epoch, std::move(run.services), run.looked_at, nullptr, nullptr};
  if (!run.told.empty())
    parked.told = std::make_unique<std::map<std::string, std::string>>(std::move(run.told));
  std::string id = run.id;
  runs_.erase(id);
  parked_.insert_or_assign(std::move(id), std::move(parked));
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
