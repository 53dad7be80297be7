#include "engine/core_run.hpp"
#include "engine/events.hpp"
#include "engine/waits.hpp"

namespace sluice::engine {
namespace {

/// How often a lock may turn busy between the look at it and the try to take it.
constexpr int most_tries = 5;

json::Value locks_json(plan::Plan const& plan) {
  json::Value locks = json::Array{};
  for (auto const& lock : plan.locks)
    locks.push(json::Value{{"name", lock.name}, {"when_busy", plan::name_of(lock.busy)}});
  return locks;
}

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

std::vector<std::string> lock_names(plan::Plan const& plan) {
  std::vector<std::string> names;
  for (auto const& lock : plan.locks) names.push_back(lock.name);
  return names;
}

}  // namespace

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
  json::Value summary{{"releases", releases}};
  if (state.queued) {
    summary.set("queued",
                json::Value{{"lock", state.queued->lock}, {"behind", state.queued->behind}});
    summary.set("locks", locks_json(plan));
  }
  if (auto waits = short_waits(plan, state); !waits.items().empty())
    summary.set("waits_for", waits);
  if (state.options.contains("clean_up_of"))
    summary.set("clean_up_of", state.options["clean_up_of"]);
  if (!state.linked_run.empty()) summary.set("linked_run", state.linked_run);
  if (!state.linked_from.empty()) summary.set("linked_from", state.linked_from);
  return summary;
}

Result<Started> Core::start(StartRequest request, std::shared_ptr<Services> services) {
  if (auto problems = plan::problems_of(request.plan); !problems.empty())
    return fail(ErrorCode::invalid_input, "the plan cannot be run: " + problems.front());
  if (auto may = may_claim(); !may) return std::unexpected(may.error());
  auto plan = std::make_shared<plan::Plan const>(std::move(request.plan));
  using Busy = plan::Lock::Busy;
  bool waits = std::ranges::any_of(
      plan->locks, [](plan::Lock const& lock) { return lock.busy != Busy::reject; });
  for (int tries = 1;; ++tries) {
    auto line = line_before(*plan, waits || tries > 1);
    if (!line) return std::unexpected(line.error());
    for (auto const& before : *line)
      if (before.policy == Busy::reject)
        return Started{"", store::Busy{before.lock, before.run}, std::nullopt};
    auto started = create(request, plan, services, *line);
    // What is busy all of a sudden is looked at once more: somebody may wait in front by now.
    bool again = started && started->busy && waits && tries < most_tries;
    if (!again) return started;
  }
}

/// Without anybody in line before it the run begins; else it is queued.
Result<Started> Core::create(StartRequest const& request,
                             std::shared_ptr<plan::Plan const> const& plan,
                             std::shared_ptr<Services> services, std::vector<InLine> const& line) {
  auto run = std::make_shared<Run>();
  run->id = request.id.empty() ? new_run_id(ports_.random) : request.id;
  run->plan = plan;
  run->services = std::move(services);
  run->state.id = run->id;
  run->epoch = 1;

  json::Value body{{"requester", request.requester}, {"options", request.options}};
  if (!request.releases.empty()) {
    json::Value releases;
    for (auto const& [id, state] : request.releases) releases.set(id, state);
    body.set("releases", std::move(releases));
  }
  record(*run, event::run_created, std::move(body));
  if (!line.empty())
    record(*run, event::run_queued,
           json::Value{{"lock", line.front().lock}, {"behind", line.front().run}});
  follow_up(*run);

  store::NewRun row = new_row(*run);
  row.row.world = request.world;
  auto created = ports_.store.create(row);
  if (!created && created.error().code == ErrorCode::unavailable) {
    // It may have been written all the same. Another server can make a run of an id that was drawn
    // beforehand, but not in this one's name.
    auto written = ports_.store.run(run->id);
    if (written && *written && (*written)->owner == row.row.owner) created = std::nullopt;
  }
  if (!created) return std::unexpected(created.error());
  if (*created) return Started{"", *created, std::nullopt};
  adopt(run);
  if (line.empty()) return Started{run->id, std::nullopt, std::nullopt};
  return Started{run->id, std::nullopt, store::Busy{line.front().lock, line.front().run}};
}

/// What follows from a run's first events at once belongs to their commit. The end does not: it
/// changes the row as well.
void Core::follow_up(Run& run) {
  while (auto next = decide(*run.plan, run.state, ports_.evaluators, ports_.clock.now())) {
    if (next->type == event::run_ended || next->type == event::rollback_handed_over) break;
    record(run, std::move(next->type), std::move(next->body));
  }
}

/// Its row, with its pending events. A run that waits for locks starts with none.
store::NewRun Core::new_row(Run const& run) const {
  store::NewRun row;
  row.row.id = run.id;
  row.row.name = run.plan->name;
  row.row.plan_digest = plan::digest(*run.plan);
  row.row.dialect = run.plan->dialect;
  row.row.state = run.state.queued ? "queued" : "running";
  row.row.requester = run.state.requester;
  row.row.rolling_back = rolls_back(run.state);
  row.row.summary = summary_of(*run.plan, run.state);
  row.row.created = row.row.updated = run.state.created;
  row.row.owner = member_ ? member_->node : ports_.owner;
  row.row.owner_incarnation = member_ ? member_->incarnation : 0;
  row.row.epoch = run.epoch;
  row.row.last_seq = run.state.last_seq;
  row.plan = plan::to_json(*run.plan);
  if (!run.state.queued) row.locks = lock_names(*run.plan);
  row.events = run.pending;
  return row;
}

/// A run that stands in the store now: it goes on from here.
void Core::adopt(std::shared_ptr<Run> const& run) {
  auto events = std::exchange(run->pending, {});
  runs_[run->id] = run;
  if (ports_.committed) ports_.committed(run->id, {run->plan, run->state}, events);
  if (run->state.queued) join_queue(*run);
  advance(*run);
}

Result<store::RunRow> Core::claim_row(std::string const& id) {
  if (auto may = may_claim(); !may) return std::unexpected(may.error());
  return member_ ? ports_.store.claim_one(*member_, id) : ports_.store.claim(id, ports_.owner);
}

/// Takes the run over and folds its journal; nothing is done for it yet.
Result<std::shared_ptr<Core::Run>> Core::claim(std::string const& id) {
  auto found = ports_.store.run(id);
  if (!found) return std::unexpected(found.error());
  if (!*found)
    return fail(ErrorCode::not_found, "there is no run " + id, "sluice list shows the runs.");
  if ((*found)->ended)
    return fail(ErrorCode::conflict, "run " + id + " has ended: " + (*found)->state);
  auto row = claim_row(id);
  if (!row) return std::unexpected(row.error());
  return read(*row);
}

Result<void> Core::resume(std::string const& id, std::shared_ptr<Services> services) {
  auto waiting = parked_.find(id);
  bool held = waiting != parked_.end() && waiting->second.unreadable;
  if (executes(id) && !held) return {};
  auto claimed = claim(id);
  if (!claimed) return std::unexpected(claimed.error());
  take_up(*claimed, std::move(services));
  return {};
}

Result<void> Core::take_over(store::RunRow const& claimed, std::shared_ptr<Services> services) {
  if (auto may = may_claim(); !may) return may;
  auto run = read(claimed);
  if (!run) return std::unexpected(run.error());
  ++ownership_.takeovers;
  take_up(*run, std::move(services));
  return {};
}

void Core::take_up(std::shared_ptr<Run> const& run, std::shared_ptr<Services> services) {
  run->services = std::move(services);
  for (auto const& [path, it] : run->state.nodes)
    if (it.status == NodeStatus::parked && !it.signals.empty()) run->to_wake.insert(path);
  parked_.erase(run->id);
  runs_[run->id] = run;
  if (run->state.queued) join_queue(*run);
  std::string const& owner = member_ ? member_->node : ports_.owner;
  record(*run, event::run_claimed, json::Value{{"owner", owner}, {"epoch", run->epoch}});
  advance(*run);
}

}  // namespace sluice::engine
