#include "server/rollback_plan.hpp"

#include "base/strings.hpp"
#include "engine/release/release_state.hpp"
#include "plan/steps.hpp"
#include "server/restore_tree.hpp"

namespace sluice::server {
namespace {

using engine::Place;
using engine::ReleaseState;

constexpr std::size_t most_later_runs = 200;

/// Whether a rollback can do something for it.
bool is_off_baseline(ReleaseState const& state) {
  bool changed = state.shifted || state.wrote_latest || state.wrote_tags ||
                 state.wrote_concurrency || state.described_alias;
  bool back = state.place == Place::on_baseline || state.place == Place::unchanged;
  return changed && !back && state.function_existed;
}

std::string why_nothing(plan::Plan const& plan, engine::RunState const& state) {
  std::string places;
  for (auto const& declared : plan.releases) {
    auto known = state.releases.find(declared.id);
    std::string place =
        known == state.releases.end() ? "not touched" : known->second["place"].as_string();
    bool is_new = known != state.releases.end() && known->second["created_function"].as_bool();
    if (is_new) place = "created by this run";
    places += (places.empty() ? "" : ", ") + declared.id + ": " + replace_all(place, "_", " ");
  }
  return places.empty() ? "it released nothing" : places;
}

/// Whether a run left `release` where an earlier run's rollback would not look for it.
bool moved_on(store::RunRow const& later, plan::Release const& release) {
  for (auto const& entry : later.summary["releases"].items()) {
    bool same = entry["function"].as_string() == release.function &&
                entry["alias"].as_string() == release.alias &&
                entry["target"].as_string() == release.target;
    auto const& place = entry["place"].as_string();
    if (same && (place == name_of(Place::on_candidate) || place == name_of(Place::left_split)))
      return true;
  }
  return false;
}

Result<void> check_latest(Runs& runs, std::string const& run, plan::Release const& release) {
  auto later = runs.list({.function = release.function, .limit = most_later_runs});
  if (!later) return std::unexpected(later.error());
  for (auto const& row : *later) {
    if (row.id == run) return {};
    if (moved_on(row, release))
      return fail(ErrorCode::conflict,
                  "run " + row.id + " has released " + release.id + " after run " + run,
                  "Roll that one back, or name a version: sluice rollback " + release.function +
                      ":" + release.alias + " --to VERSION");
  }
  return {};
}

}  // namespace

plan::Node restore_tree(std::vector<plan::Release> const& releases) {
  std::vector<plan::Node> leaves;
  for (auto const& release : releases) {
    auto leaf =
        plan::leaf("restore-" + replace_all(release.id, "/", ":"), plan::RestoreStep{release.id});
    leaf.title = "restore " + release.id;
    leaves.push_back(std::move(leaf));
  }
  plan::Node root = plan::parallel("rollback", std::move(leaves));
  root.on_child_failure = plan::OnChildFailure::carry_on;
  // A rollback is repeated until it succeeds or meets an answer that repeating cannot mend.
  plan::FailureRule again;
  again.classes = {plan::ErrorClass::unavailable, plan::ErrorClass::infrastructure,
                   plan::ErrorClass::conflict};
  again.action.kind = plan::ActionKind::retry;
  again.action.count = 1000;
  again.action.intervals = {std::chrono::seconds(1), std::chrono::seconds(5),
                            std::chrono::seconds(30)};
  root.on_failure.push_back(std::move(again));
  return root;
}

Result<engine::Snapshot> snapshot_of(Runs& runs, std::string const& run) {
  auto declared = runs.plan(run);
  if (!declared) return std::unexpected(declared.error());
  auto events = runs.events(run, 0);
  if (!events) return std::unexpected(events.error());
  engine::Snapshot snapshot;
  snapshot.plan = std::make_shared<plan::Plan const>(std::move(*declared));
  snapshot.state.id = run;
  for (auto const& event : *events) engine::apply(snapshot.state, *snapshot.plan, event);
  return snapshot;
}

Result<NewRun> roll_back_run(engine::Snapshot const& finished) {
  auto const& state = finished.state;
  auto const& original = *finished.plan;
  if (!state.over())
    return fail(ErrorCode::conflict, "run " + state.id + " has not ended",
                "sluice rollback works on it directly, or sluice stop ends it.");
  NewRun run;
  run.plan.name = original.name;
  run.plan.dialect = original.dialect;
  run.plan.source_name = original.source_name;
  run.plan.description = "rollback of " + state.id;
  run.plan.targets = original.targets;
  run.plan.locks = original.locks;
  // What it goes back to is right now, and may not be once another run has ended.
  for (auto& lock : run.plan.locks) lock.busy = plan::Lock::Busy::reject;
  run.plan.external_change = original.external_change;
  run.plan.hold_timeout = original.hold_timeout;
  run.plan.rollback_patience = original.rollback_patience;
  run.plan.context = original.context;
  for (auto const& declared : original.releases) {
    auto known = state.releases.find(declared.id);
    if (known == state.releases.end()) continue;
    ReleaseState release = engine::release_state(known->second);
    if (!is_off_baseline(release)) continue;
    release.place_note.clear();
    release.latest_note.clear();
    run.releases[declared.id] = engine::to_json(release);
    run.plan.releases.push_back(declared);
  }
  if (run.plan.releases.empty())
    return fail(ErrorCode::conflict, "nothing of run " + state.id +
                                         " can be rolled back: " + why_nothing(original, state));
  run.plan.root = restore_tree(run.plan.releases);
  run.options = json::Value{{"rollback_of", state.id}};
  return run;
}

Result<NewRun> roll_back_run(Runs& runs, std::string const& run) {
  auto finished = snapshot_of(runs, run);
  if (!finished) return std::unexpected(finished.error());
  auto rollback = roll_back_run(*finished);
  if (!rollback) return rollback;
  for (auto const& release : rollback->plan.releases)
    if (auto latest = check_latest(runs, run, release); !latest)
      return std::unexpected(latest.error());
  return rollback;
}

}  // namespace sluice::server
