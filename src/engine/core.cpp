#include "engine/core.hpp"

#include "base/log.hpp"
#include "engine/clean_up_run.hpp"
#include "engine/core_run.hpp"
#include "engine/events.hpp"

namespace sluice::engine {
namespace {

constexpr Duration commit_retry = std::chrono::seconds(1);
/// Of runs that are due together: what people say to others meanwhile does not wait for all.
constexpr std::size_t most_at_once = 100;

}  // namespace

Core::Core(Ports ports) : ports_(std::move(ports)) {}
Core::~Core() = default;

Core::Run* Core::find(std::string const& id) const {
  auto found = runs_.find(id);
  return found == runs_.end() ? nullptr : found->second.get();
}

void Core::record(Run& run, std::string type, json::Value body) {
  touch(run);
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
  patch.rolling_back = rolls_back(run.state);
  patch.next_due = engine::next_due(*run.plan, run.state, run.looked_at);
  if (run.state.over()) {
    patch.state = run.state.end_state;
    patch.ended = run.state.ended;
  }
  if (run.before_taking) return commit_taking_locks(run, *events, patch);
  return ports_.store.append(run.id, run.epoch, *events, patch);
}

/// True when everything recorded is durable. Otherwise nothing may be done or acknowledged.
bool Core::flush(Run& run) {
  touch(run);
  if (run.lost) return false;
  if (run.pending.empty()) {
    run.frozen.clear();
    run.retry_commit.reset();
    return true;
  }
  auto committed = commit(run);
  if (!committed && committed.error().code == ErrorCode::conflict) {
    ++ownership_.fenced_writes;
    lose(run);
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
  run.before_taking.reset();
  auto events = std::exchange(run.pending, {});
  if (ports_.committed && !events.empty()) ports_.committed(run.id, {run.plan, run.state}, events);
  return true;
}

/// What is to end need not be waited for: its calls return early and are settled by content.
/// What no worker has begun is taken back: its turn may come late, and a rollback waits for it.
void Core::interrupt_what_ends(Run& run) {
  std::erase_if(run.in_flight, [&](auto& entry) {
    auto& [path, flight] = entry;
    if (!run.state.node(path).ending || in_compensation(path)) return false;
    flight.stop.request_stop();
    if (!flight.begun || flight.begun->exchange(true)) return false;
    if (flight.performs) run.not_begun.insert(path);
    return true;
  });
}

void Core::advance(Run& run) {
  touch(run);
  if (run.lost || !run.frozen.empty()) return;
  run.looked_at = ports_.clock.now();
  while (auto decision = decide(*run.plan, run.state, ports_.evaluators, ports_.clock.now())) {
    if (decision->type == event::run_ended) start_clean_up(run);
    if (decision->type == event::rollback_handed_over) return hand_over(run, decision->body);
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
  if (!queued_.empty()) queue_due_ = ports_.clock.now();
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
  if (!trusted()) return;
  settle();
  for (auto const& id : due_.due_by(ports_.clock.now(), most_at_once)) wake_due(id);
  look_at_queue();
  settle();
}

std::optional<Time> Core::next_due() {
  if (!trusted()) return std::nullopt;
  settle();
  auto earliest = due_.earliest();
  if (queue_due_ && (!earliest || *queue_due_ < *earliest)) earliest = queue_due_;
  return earliest;
}

std::vector<std::string> Core::active() const {
  std::vector<std::string> ids;
  for (auto const& [id, run] : runs_)
    if (!run->lost && !run->ended()) ids.push_back(id);
  for (auto const& [id, parked] : parked_) ids.push_back(id);
  return ids;
}

bool Core::executes(std::string const& id) const {
  Run const* run = find(id);
  return run ? !run->lost && !run->ended() : parked_.contains(id);
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
    touch(*run);
  }
  // Their rows go on naming this process, as after a crash: a commit for each of many runs would
  // hold up whoever takes the store over, and does not need them.
  for (auto const& [id, parked] : std::exchange(parked_, {})) due_.set(id, std::nullopt);
}

std::optional<std::string> Core::frozen() const {
  for (auto const& [id, run] : runs_)
    if (!run->frozen.empty()) return run->frozen;
  return unread_;
}

}  // namespace sluice::engine
