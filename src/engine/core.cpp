#include "engine/core.hpp"

#include "base/log.hpp"
#include "engine/clean_up_run.hpp"
#include "engine/core_run.hpp"
#include "engine/events.hpp"
#include "engine/waits.hpp"

namespace sluice::engine {
namespace {

constexpr Duration commit_retry = std::chrono::seconds(1);
/// A list needs the first ones; the journal has all.
constexpr std::size_t most_waits = 8;

json::Value short_waits(plan::Plan const& plan, RunState const& state) {
  json::Value out = json::Array{};
  for (auto const& wait : waits_of(plan, state)) {
    if (out.items().size() == most_waits) break;
    json::Value entry{{"kind", name_of(wait.kind)}};
    if (!wait.node.empty()) entry.set("node", wait.node);
    if (wait.due) entry.set("due", rfc3339(*wait.due));
    if (wait.person) entry.set("person", true);
    out.push(std::move(entry));
  }
  return out;
}

json::Value summary_of(plan::Plan const& plan, RunState const& state) {
  json::Value releases = json::Array{};
  for (auto const& declared : plan.releases) {
    json::Value entry{
        {"id", declared.id}, {"target", declared.target}, {"function", declared.function}};
    if (!declared.alias.empty()) entry.set("alias", declared.alias);
    auto found = state.releases.find(declared.id);
    if (found != state.releases.end())
      for (auto name :
           {"place", "baseline_version", "candidate_version", "weight", "region", "account"})
        if (found->second.contains(name)) entry.set(name, found->second[name]);
    releases.push(std::move(entry));
  }
  json::Value out{{"releases", releases}};
  if (auto waits = short_waits(plan, state); !waits.items().empty()) out.set("waits_for", waits);
  return out;
}

}  // namespace

Core::Core(Ports ports) : ports_(std::move(ports)) {}
Core::~Core() = default;

Core::Run* Core::find(std::string const& id) const {
  auto found = runs_.find(id);
  return found == runs_.end() ? nullptr : found->second.get();
}

Result<Started> Core::start(StartRequest request, std::shared_ptr<Services> services) {
  if (auto problems = plan::problems_of(request.plan); !problems.empty())
    return fail(ErrorCode::invalid_input, "the plan cannot be run: " + problems.front());
  auto run = std::make_shared<Run>();
  run->id = new_run_id(ports_.random);
  run->plan = std::make_shared<plan::Plan const>(std::move(request.plan));
  run->services = std::move(services);
  run->state.id = run->id;

  json::Value body{{"requester", request.requester}, {"options", request.options}};
  if (!request.releases.empty()) {
    json::Value releases;
    for (auto const& [id, state] : request.releases) releases.set(id, state);
    body.set("releases", std::move(releases));
  }
  record(*run, event::run_created, std::move(body));
  // What follows at once belongs to the same commit. The end does not: it changes the row as well.
  while (auto next = decide(*run->plan, run->state, ports_.evaluators, ports_.clock.now())) {
    if (next->type == event::run_ended) break;
    record(*run, std::move(next->type), std::move(next->body));
  }

  store::NewRun row;
  row.row.id = run->id;
  row.row.name = run->plan->name;
  row.row.plan_digest = plan::digest(*run->plan);
  row.row.dialect = run->plan->dialect;
  row.row.state = "running";
  row.row.requester = request.requester;
  row.row.world = request.world;
  row.row.summary = summary_of(*run->plan, run->state);
  row.row.created = row.row.updated = run->state.created;
  row.row.owner = ports_.owner;
  row.row.epoch = run->epoch = 1;
  row.row.last_seq = run->state.last_seq;
  row.plan = plan::to_json(*run->plan);
  for (auto const& lock : run->plan->locks) row.locks.push_back(lock.name);
  for (auto& entry : run->pending) entry.epoch = 1;
  row.events = run->pending;
  auto created = ports_.store.create(row);
  if (!created && created.error().code == ErrorCode::unavailable) {
    // It may have been written all the same. Nobody else makes a run of this id.
    auto written = ports_.store.run(run->id);
    if (written && *written) created = std::nullopt;
  }
  if (!created) return std::unexpected(created.error());
  if (*created) return Started{"", *created};

  auto events = std::exchange(run->pending, {});
  runs_[run->id] = run;
  if (ports_.committed) ports_.committed(run->id, {run->plan, run->state}, events);
  advance(*run);
  return Started{run->id, std::nullopt};
}

/// Takes the run over and folds its journal; nothing is done for it yet.
Result<std::shared_ptr<Core::Run>> Core::claim(std::string const& id) {
  auto found = ports_.store.run(id);
  if (!found) return std::unexpected(found.error());
  if (!*found)
    return fail(ErrorCode::not_found, "there is no run " + id, "sluice list shows the runs.");
  if ((*found)->ended)
    return fail(ErrorCode::conflict, "run " + id + " has ended: " + (*found)->state);
  auto row = ports_.store.claim(id, ports_.owner);
  if (!row) return std::unexpected(row.error());
  auto stored = ports_.store.plan(row->plan_digest);
  if (!stored) return std::unexpected(stored.error());
  auto plan = plan::plan_from_json(*stored);
  if (!plan) return std::unexpected(plan.error());
  auto events = ports_.store.events(id);
  if (!events) return std::unexpected(events.error());

  auto run = std::make_shared<Run>();
  run->id = id;
  run->plan = std::make_shared<plan::Plan const>(std::move(*plan));
  run->state.id = id;
  run->epoch = row->epoch;
  for (auto const& entry : *events) apply(run->state, *run->plan, entry);
  return run;
}

Result<void> Core::resume(std::string const& id, std::shared_ptr<Services> services) {
  if (Run* known = find(id); known && !known->lost && !known->ended()) return {};
  auto claimed = claim(id);
  if (!claimed) return std::unexpected(claimed.error());
  auto run = std::move(*claimed);
  run->services = std::move(services);
  for (auto const& [path, it] : run->state.nodes)
    if (it.status == NodeStatus::parked && !it.signals.empty()) run->to_wake.insert(path);
  runs_[id] = run;
  record(*run, event::run_claimed, json::Value{{"owner", ports_.owner}, {"epoch", run->epoch}});
  advance(*run);
  return {};
}

void Core::record(Run& run, std::string type, json::Value body) {
  Event entry;
  entry.seq = run.state.last_seq + 1;
  entry.at = ports_.clock.now();
  entry.type = std::move(type);
  entry.body = std::move(body);
  entry.epoch = run.epoch;
  apply(run.state, *run.plan, entry);
  run.pending.push_back(std::move(entry));
}

/// A commit that failed may have been carried out all the same, its answer lost: then its events
/// are in the journal, and only those that were recorded since are still to be written. Answers
/// them.
Result<std::vector<Event>> Core::unwritten(Run const& run) {
  if (run.frozen.empty()) return run.pending;
  auto row = ports_.store.run(run.id);
  if (!row) return std::unexpected(row.error());
  bool ours = *row && (*row)->epoch == run.epoch;
  if (!ours) return run.pending;  // the append says why it cannot be
  std::vector<Event> left;
  for (auto const& entry : run.pending)
    if (entry.seq > (*row)->last_seq) left.push_back(entry);
  return left;
}

Result<void> Core::commit(Run& run) {
  auto events = unwritten(run);
  if (!events) return std::unexpected(events.error());
  if (events->empty()) return {};
  store::RunPatch patch;
  patch.summary = summary_of(*run.plan, run.state);
  patch.next_due = engine::next_due(*run.plan, run.state, run.looked_at);
  if (run.state.over()) {
    patch.state = run.state.end_state;
    patch.ended = run.state.ended;
  }
  return ports_.store.append(run.id, run.epoch, *events, patch);
}

/// True when everything recorded is durable. Otherwise nothing may be done or acknowledged.
bool Core::flush(Run& run) {
  if (run.lost) return false;
  if (run.pending.empty()) return true;
  auto committed = commit(run);
  if (!committed && committed.error().code == ErrorCode::conflict) {
    run.lost = true;
    log::warning("run_taken_over", {{"run", run.id}, {"reason", committed.error().message}});
    return false;
  }
  if (!committed) {
    if (run.frozen.empty())
      log::error("journal_unwritable", {{"run", run.id}, {"reason", committed.error().message}});
    run.frozen = committed.error().message;
    run.retry_commit = ports_.clock.now() + commit_retry;
    return false;
  }
  run.frozen.clear();
  run.retry_commit.reset();
  auto events = std::exchange(run.pending, {});
  if (ports_.committed) ports_.committed(run.id, {run.plan, run.state}, events);
  return true;
}

/// What is to end need not be waited for: its calls return early and are settled by content.
void Core::interrupt_what_ends(Run& run) {
  for (auto& [path, flight] : run.in_flight)
    if (run.state.node(path).ending && !in_compensation(path)) flight.stop.request_stop();
}

void Core::advance(Run& run) {
  if (run.lost || !run.frozen.empty()) return;
  run.looked_at = ports_.clock.now();
  while (auto decision = decide(*run.plan, run.state, ports_.evaluators, ports_.clock.now())) {
    if (decision->type == event::run_ended) start_clean_up(run);
    record(run, std::move(decision->type), std::move(decision->body));
  }
  if (!flush(run)) return;
  if (run.state.over()) return end(run);
  interrupt_what_ends(run);
  Drive(*this, runs_.at(run.id)).leaves();
}

/// Before the end is written: a crash between the two ends the run again and starts another
/// clean-up, which finds nothing left to do. The other way round it could be forgotten.
void Core::start_clean_up(Run& run) {
  auto request = clean_up_run(*run.plan, run.state);
  if (!request) return;
  std::string what = clean_up_words(*request);
  auto row = ports_.store.run(run.id);
  if (row && *row) request->world = (*row)->world;
  auto started = row ? start(std::move(*request), run.services)
                     : Result<Started>(std::unexpected(row.error()));
  json::Value body{{"level", started ? "info" : "warning"}};
  body.set("text", started ? "run " + started->run + " deletes what is left behind: " + what
                           : "what is left behind has to be deleted by hand, " + what + ": " +
                                 started.error().message);
  record(run, event::note, std::move(body));
}

void Core::end(Run& run) {
  std::erase_if(exclusive_, [&](auto const& entry) { return entry.second.first == run.id; });
}

void Core::wake(Run& run) {
  Time now = ports_.clock.now();
  if (!run.frozen.empty()) {
    if (run.retry_commit && *run.retry_commit > now) return;
    if (!flush(run)) return;
  }
  advance(run);
}

void Core::tick() {
  auto runs = runs_;  // advancing may end runs
  for (auto& [id, run] : runs)
    if (!run->lost && !run->ended()) wake(*run);
}

std::optional<Time> Core::next_due() const {
  std::optional<Time> earliest;
  auto consider = [&](std::optional<Time> time) {
    if (time && (!earliest || *time < *earliest)) earliest = time;
  };
  for (auto const& [id, run] : runs_) {
    if (run->lost || run->ended()) continue;
    if (!run->frozen.empty()) {
      consider(run->retry_commit);
      continue;
    }
    consider(engine::next_due(*run->plan, run->state, run->looked_at));
    for (auto const& [path, until] : run->wait_until)
      if (run->state.node(path).active() && !run->in_flight.contains(path)) consider(until);
  }
  return earliest;
}

std::optional<Snapshot> Core::snapshot(std::string const& run) const {
  Run* found = find(run);
  if (!found) return std::nullopt;
  return Snapshot{found->plan, found->state};
}

std::vector<std::string> Core::active() const {
  std::vector<std::string> ids;
  for (auto const& [id, run] : runs_)
    if (!run->lost && !run->ended()) ids.push_back(id);
  return ids;
}

void Core::let_go() {
  for (auto& [id, run] : runs_) {
    for (auto& [path, flight] : run->in_flight) flight.stop.request_stop();
    if (run->lost || run->ended()) continue;
    flush(*run);
    if (run->ended()) continue;
    if (auto released = ports_.store.release(id, run->epoch); !released)
      log::warning("run_not_released", {{"run", id}, {"reason", released.error().message}});
    run->lost = true;
  }
}

std::optional<std::string> Core::frozen() const {
  for (auto const& [id, run] : runs_)
    if (!run->frozen.empty()) return run->frozen;
  return std::nullopt;
}

}  // namespace sluice::engine
