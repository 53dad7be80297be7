#include "base/log.hpp"
#include "engine/core_run.hpp"
#include "engine/events.hpp"

/// A rollback as a run of its own (design section 1): one commit ends run X and begins Y, which has
/// X's plan and what X recorded, takes X's locks, and does the scope's compensation and nothing
/// else.
namespace sluice::engine {
namespace {

constexpr Duration next_try = std::chrono::seconds(1);

/// What the compensation's expressions may look at, and what people see of the steps before it.
json::Value nodes_before(RunState const& state) {
  json::Value nodes = json::Object{};
  for (auto const& [path, it] : state.nodes) {
    if (!it.over() || in_compensation(path)) continue;
    json::Value known{{"status", name_of(it.status)}};
    if (!it.outputs.is_null()) known.set("outputs", it.outputs);
    nodes.set(path, std::move(known));
  }
  return nodes;
}

json::Value created_body(RunState const& before, std::string const& scope) {
  json::Value releases = json::Object{};
  for (auto const& [id, release] : before.releases) releases.set(id, release);
  json::Value body{{"requester", before.requester},
                   {"options", before.options},
                   {"releases", std::move(releases)},
                   {"linked_from", before.id},
                   {"scope", scope},
                   {"nodes", nodes_before(before)}};
  for (auto const& rollback : before.rollbacks) {
    if (rollback.scope != scope || rollback.done) continue;
    body.set("reason", rollback.reason);
    body.set("by", rollback.requested_by);
    if (rollback.error) body.set("class", plan::name_of(*rollback.error));
  }
  return body;
}

}  // namespace

void Core::hand_over(Run& run, json::Value body) {
  if (!flush(run)) return;
  // The same id at every try: a commit whose answer was lost is found by it.
  bool tried = !run.linked_run.empty();
  if (!tried) run.linked_run = new_run_id(ports_.random);
  auto later = [&](std::string const& why) {
    run.frozen = why;
    run.retry_commit = ports_.clock.now() + next_try;
  };
  auto written = tried ? ports_.store.run(run.linked_run) : std::nullopt;
  if (!written) return later(written.error().message);
  if (*written) {
    if (auto found = find_handed_over(run); !found) later(found.error().message);
    return;
  }
  auto linked = std::make_shared<Run>();
  linked->id = linked->state.id = run.linked_run;
  linked->plan = run.plan;
  linked->services = run.services;
  linked->epoch = 1;
  record(*linked, event::run_created, created_body(run.state, body["scope"].as_string()));
  follow_up(*linked);

  Run last = run;  // nothing of it counts before the commit
  body.set("run", linked->id);
  record(last, event::rollback_handed_over, std::move(body));
  record(last, event::run_ended,
         json::Value{{"state", end_state_of(*last.plan, last.state)}, {"linked_run", linked->id}});

  store::NewRun row = new_row(*linked);
  auto own = ports_.store.run(run.id);
  if (!own) return later(own.error().message);
  if (*own) row.row.world = (*own)->world;
  row.ending = store::Ending{run.id, run.epoch, last.pending, {}};
  row.ending->patch.state = last.state.end_state;
  row.ending->patch.rolling_back = false;
  row.ending->patch.ended = last.state.ended;
  row.ending->patch.summary = summary_of(*last.plan, last.state);
  auto created = ports_.store.create(row);
  if (!created && created.error().code == ErrorCode::conflict) {
    ++ownership_.fenced_writes;
    lose(run);
    log::warning("run_taken_over", {{"run", run.id}, {"reason", created.error().message}});
    return;
  }
  if (!created) return later(created.error().message);
  if (*created) return later("lock " + (*created)->lock + " is held by run " + (*created)->run);
  run.state = last.state;
  if (ports_.committed) ports_.committed(run.id, {run.plan, run.state}, last.pending);
  end(run);
  adopt(linked);
}

/// The answer to its commit was lost: what both runs are is read from the store.
Result<void> Core::find_handed_over(Run& run) {
  auto events = ports_.store.events(run.id, run.state.last_seq);
  if (!events) return std::unexpected(events.error());
  if (auto resumed = resume(run.linked_run, run.services); !resumed) return resumed;
  for (auto const& entry : *events) apply(run.state, *run.plan, entry);
  if (ports_.committed) ports_.committed(run.id, {run.plan, run.state}, *events);
  end(run);
  return {};
}

}  // namespace sluice::engine
