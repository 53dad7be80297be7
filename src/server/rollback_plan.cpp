#include "server/rollback_plan.hpp"

#include "base/strings.hpp"
#include "engine/release/live.hpp"
#include "engine/release/release_state.hpp"
#include "plan/steps.hpp"
#include "server/restore_tree.hpp"
#include "server/world.hpp"

namespace sluice::server {
namespace {

using engine::Place;
using engine::ReleaseState;

constexpr std::size_t page_of_runs = 200;

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

/// The rollback of a run, and of what.
struct Undoing {
  store::RunRow const& row;
  plan::Release const& release;
  ReleaseState const& state;
};

bool same_alias(json::Value const& entry, ReleaseState const& state) {
  auto matches = [&](char const* name, std::string const& ours) {
    auto const& theirs = entry[name].as_string();
    return theirs.empty() || ours.empty() || theirs == ours;
  };
  return engine::bare_name(entry["function"].as_string()) == state.function &&
         entry["alias"].as_string() == state.alias && matches("account", state.account) &&
         matches("region", state.region);
}

/// What a later run did to the release's traffic.
struct Move {
  std::string version;  ///< all of it goes there since; empty: the run left it split
  bool can_be_undone = true;
};

/// As the later run's row tells; none where it left the traffic as it was.
std::optional<Move> move_of(store::RunRow const& later, Undoing const& undoing) {
  if (!same_world(later.world, undoing.row.world)) return std::nullopt;
  for (auto const& entry : later.summary["releases"].items()) {
    if (!same_alias(entry, undoing.state)) continue;
    auto const& place = entry["place"].as_string();
    if (place == name_of(Place::on_candidate)) return Move{entry["candidate_version"].as_string()};
    if (place == name_of(Place::left_split)) return Move{};
    // A rollback that is a run of its own is done when it has succeeded.
    if (place == name_of(Place::on_baseline) && later.state == "succeeded")
      return Move{entry["baseline_version"].as_string(), false};
  }
  return std::nullopt;
}

Error moved_since(store::RunRow const& later, Move const& move, Undoing const& undoing) {
  auto const& [row, release, state] = undoing;
  std::string name = state.function + (state.alias.empty() ? "" : ":" + state.alias);
  std::vector<std::string> instead;
  if (move.can_be_undone) instead.push_back("sluice rollback " + later.id + " takes that one back");
  if (!state.alias.empty() && !state.baseline_version.empty())
    instead.push_back("sluice rollback " + name + " --to " + state.baseline_version +
                      options_for(row.world) + " goes to where " + row.id + " began");
  return {ErrorCode::invalid_input,
          "run " + later.id + " has moved " + name +
              (move.version.empty() ? "" : " to version " + move.version) + " after run " + row.id +
              ", which released version " + state.candidate_version,
          instead.empty() ? "" : join(instead, "; ") + "."};
}

/// Refuses where the newest of the later runs that moved the traffic left it elsewhere than this
/// run did. What has been taken back since is no obstacle.
Result<void> check_latest(Runs& runs, Undoing const& undoing) {
  store::RunFilter filter{.function = undoing.release.function, .limit = page_of_runs};
  while (true) {
    auto rows = runs.list(filter);
    if (!rows) return std::unexpected(rows.error());
    for (auto const& later : *rows) {
      if (later.id == undoing.row.id) return {};
      auto move = move_of(later, undoing);
      if (!move) continue;
      bool ours = move->version == undoing.state.candidate_version;
      bool back = move->version == undoing.state.baseline_version;
      if (ours || back) return {};
      return std::unexpected(moved_since(later, *move, undoing));
    }
    if (rows->size() < page_of_runs) return {};
    filter.before = rows->back().id;
  }
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

std::vector<UndoneRelease> undone_releases(engine::Snapshot const& run) {
  std::vector<UndoneRelease> out;
  for (auto const& declared : run.plan->releases) {
    auto known = run.state.releases.find(declared.id);
    if (known == run.state.releases.end()) continue;
    ReleaseState state = engine::release_state(known->second);
    if (is_off_baseline(state)) out.push_back({declared, std::move(state)});
  }
  return out;
}

namespace {

/// A new run that restores what this one found.
Result<NewRun> undo(engine::Snapshot const& finished) {
  auto const& state = finished.state;
  auto const& original = *finished.plan;
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
  for (auto& [declared, release] : undone_releases(finished)) {
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

}  // namespace

Result<NewRun> roll_back_run(Runs& runs, std::string const& run) {
  auto row = runs.get(run);
  if (!row) return std::unexpected(row.error());
  if (!row->ended)
    return fail(ErrorCode::conflict, "run " + run + " has not ended",
                "sluice rollback works on it directly, or sluice stop ends it.");
  auto finished = snapshot_of(runs, run);
  if (!finished) return std::unexpected(finished.error());
  auto rollback = undo(*finished);
  if (!rollback) return rollback;
  for (auto const& [release, state] : undone_releases(*finished))
    if (auto latest = check_latest(runs, {*row, release, state}); !latest)
      return std::unexpected(latest.error());
  return rollback;
}

}  // namespace sluice::server
