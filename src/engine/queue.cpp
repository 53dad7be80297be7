#include "base/log.hpp"
#include "base/strings.hpp"
#include "engine/core_run.hpp"
#include "engine/events.hpp"
#include "engine/letters.hpp"

/// Who waits for which lock stands in the store alone: in the rows of the queued runs, oldest
/// first. Everything here is decided anew from those at each look, so that it does not matter whose
/// process died meanwhile (design E12).
namespace sluice::engine {
namespace {

/// Locks can become free by what another process does; what happens in this one is seen at once.
constexpr Duration look_interval = std::chrono::seconds(5);
constexpr std::size_t most_queued = 10'000;

using Busy = plan::Lock::Busy;

struct Wanted {
  std::string lock;
  Busy policy = Busy::reject;
};

std::vector<Wanted> wanted_by(store::RunRow const& row) {
  std::vector<Wanted> wanted;
  for (auto const& lock : row.summary["locks"].items())
    wanted.push_back({lock["name"].as_string(), plan::busy_mode_of(lock["when_busy"].as_string())});
  return wanted;
}

bool takes_place_of_waiting(Busy policy) {
  return policy == Busy::enqueue_one || policy == Busy::supersede;
}

struct Waiting {
  std::string run;
  Queued known;  ///< whom it waits for, as its row says
  std::vector<Wanted> wanted;
  std::string superseded_by;  ///< a newer one that waits for one of its locks; empty: none

  bool wants(std::string const& lock) const {
    return std::ranges::find(wanted, lock, &Wanted::lock) != wanted.end();
  }
};

/// Oldest first.
Result<std::vector<Waiting>> queued_runs(store::Store& store) {
  store::RunFilter filter;
  filter.state = "queued";
  filter.limit = most_queued;
  auto rows = store.runs(filter);
  if (!rows) return std::unexpected(rows.error());
  std::vector<Waiting> all;
  std::map<std::string, std::string> takers;  // of the places before them, by lock
  for (auto const& row : *rows) {             // newest first
    json::Value const& known = row.summary["queued"];
    Waiting it{
        row.id, {known["lock"].as_string(), known["behind"].as_string()}, wanted_by(row), {}};
    for (auto const& wanted : it.wanted)
      if (takers.contains(wanted.lock)) it.superseded_by = takers.at(wanted.lock);
    for (auto const& wanted : it.wanted)
      if (it.superseded_by.empty() && takes_place_of_waiting(wanted.policy))
        takers.emplace(wanted.lock, it.run);
    all.push_back(std::move(it));
  }
  std::ranges::reverse(all);
  return all;
}

bool only_restores(plan::Node const& node) {
  if (node.step) return node.step->kind == "restore";
  return std::ranges::all_of(node.children, only_restores);
}

}  // namespace

/// Whoever stands before a run of this plan, by lock: the one directly before it. Holders are left
/// out where trying to take the locks finds them anyway.
Result<std::vector<Core::InLine>> Core::line_before(plan::Plan const& plan, bool holders_too) {
  std::vector<InLine> line;
  if (plan.locks.empty()) return line;
  auto waiting = queued_runs(ports_.store);
  if (!waiting) return std::unexpected(waiting.error());
  std::map<std::string, std::string> holders;
  if (holders_too || !waiting->empty()) {
    auto locks = ports_.store.locks();
    if (!locks) return std::unexpected(locks.error());
    for (auto const& lock : *locks) holders[lock.name] = lock.run;
  }
  for (auto const& [lock, policy] : plan.locks) {
    auto held = holders.find(lock);
    std::string before = held == holders.end() ? "" : held->second;
    // Only one that joins the queue stands behind those that wait; else they go, or it does.
    if (before.empty() || policy == Busy::queue)
      for (auto const& other : *waiting)
        if (other.wants(lock)) before = other.run;
    if (!before.empty()) line.push_back({lock, policy, before});
  }
  return line;
}

void Core::join_queue(Run const& run) {
  queued_.try_emplace(run.id);
  queue_due_ = ports_.clock.now();
}

/// Goes through all who wait, the longest-waiting first: each gets its locks where nobody before it
/// has or wants one of them.
void Core::look_at_queue() {
  Time now = ports_.clock.now();
  if (!queue_due_ || *queue_due_ > now) return;
  std::erase_if(queued_, [&](auto const& entry) {
    Run const* run = find(entry.first);
    if (!run) return !parked_.contains(entry.first);
    return run->lost || run->ended() || (!run->state.queued && !run->before_taking);
  });
  queue_due_.reset();
  if (queued_.empty()) return;
  queue_due_ = now + look_interval;
  auto waiting = queued_runs(ports_.store);
  auto locks = ports_.store.locks();
  if (!waiting || !locks) return;
  std::map<std::string, std::string> holders;
  for (auto const& lock : *locks) holders[lock.name] = lock.run;
  auto before = holders;
  for (auto const& it : *waiting) {
    if (!it.superseded_by.empty()) {
      supersede(it.run, it.superseded_by);
      continue;
    }
    auto busy = std::ranges::find_if(
        it.wanted, [&](Wanted const& wanted) { return before.contains(wanted.lock); });
    for (auto const& wanted : it.wanted)
      if (auto held = holders.find(wanted.lock);
          wanted.policy == Busy::supersede && held != holders.end())
        stop_holder(held->second, it.run);
    std::optional<Queued> behind;
    if (busy != it.wanted.end()) behind = Queued{busy->lock, before.at(busy->lock)};
    if (queued_.contains(it.run) && behind != it.known) move_up(it.run, behind);
    for (auto const& wanted : it.wanted) before[wanted.lock] = it.run;
  }
}

/// A run whose place in the queue is another one than its row says: behind that one, or none.
void Core::move_up(std::string const& id, std::optional<Queued> const& behind) {
  auto reached = reach(id);
  if (!reached || !*reached) return;
  // A signal or a lost answer may have moved it since its row was written.
  Run& own = **reached;
  if (!own.state.queued || own.lost || !own.frozen.empty()) return;
  if (behind)
    wait_behind(own, behind->lock, behind->behind);
  else
    take_locks(own);
}

void Core::wait_behind(Run& run, std::string const& lock, std::string const& behind) {
  if (*run.state.queued == Queued{lock, behind}) return;
  record(run, event::run_queued, json::Value{{"lock", lock}, {"behind", behind}});
  flush(run);
}

void Core::take_locks(Run& run) {
  run.before_taking = run.state;
  record(run, event::locks_taken, json::Object{});
  if (flush(run) && !run.state.queued) advance(run);
}

/// Where a lock turns out to be busy the run waits as before.
Result<void> Core::commit_taking_locks(Run& run, std::vector<Event> const& events,
                                       store::RunPatch const& patch) {
  std::vector<std::string> names;
  for (auto const& lock : run.plan->locks) names.push_back(lock.name);
  auto taking = patch;
  taking.state = "running";
  auto busy = ports_.store.append_locking(run.id, run.epoch, names, events, taking);
  if (!busy) return std::unexpected(busy.error());
  if (!*busy) return {};
  run.state = *run.before_taking;
  run.pending.clear();
  return {};
}

/// Only what waits here is spoken for here, and only while it does.
void Core::stop_holder(std::string const& holder, std::string const& by) {
  auto own = queued_.find(by);
  Run const* run = find(by);
  bool waits = run ? run->state.queued && !run->lost && run->frozen.empty() : parked_.contains(by);
  if (own == queued_.end() || !waits || own->second.contains(holder)) return;
  if (!supersede(holder, by)) return;
  if (auto still = queued_.find(by); still != queued_.end()) still->second.insert(holder);
}

/// A rollback is waited for whatever the plan of the one behind it says.
Result<bool> Core::is_rollback(std::string const& id) {
  if (Run const* run = find(id); run && !run->lost)
    return only_restores(run->plan->root) || !run->state.linked_from.empty();
  auto row = ports_.store.run(id);
  if (!row) return std::unexpected(row.error());
  if (!*row || (*row)->summary.contains("linked_from")) return true;
  auto stored = ports_.store.plan((*row)->plan_digest);
  if (!stored) return std::unexpected(stored.error());
  auto plan = plan::plan_from_json(*stored);
  return plan ? Result<bool>(only_restores(plan->root)) : std::unexpected(plan.error());
}

/// Tells a run to make way for `by`. One that waits ends at once; one that is at work goes back as
/// its plan says. False where it could not be told now.
bool Core::supersede(std::string const& id, std::string const& by) {
  Signal stop{"stop", "", "superseded by " + by, "run " + by + " took its place",
              json::Value{{"superseded_by", by}}};
  auto keeps = is_rollback(id);
  if (!keeps || *keeps) return keeps.has_value();
  bool elsewhere = shared_ && !executes(id);
  auto told = elsewhere ? send_once(ports_.store, ports_.clock.now(), "supersede-" + id + "-" + by,
                                    id, stop)
                        : signal_unexecuted(id, stop);
  if (!told)
    log::info("not_superseded", {{"run", id}, {"by", by}, {"reason", told.error().message}});
  return told || told.error().code == ErrorCode::conflict;
}

/// A run that waits for its locks has nothing to undo: what ends it ends it at once.
void Core::conclude(Run& run) {
  if (auto end = decide(*run.plan, run.state, ports_.evaluators, ports_.clock.now()))
    record(run, std::move(end->type), std::move(end->body));
}

}  // namespace sluice::engine
