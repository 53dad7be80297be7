#include "server/alias_holder.hpp"

#include <algorithm>
#include <set>

#include "engine/release/live.hpp"
#include "server/world.hpp"

namespace sluice::server {
namespace {

constexpr std::size_t most_active = 10'000;

std::optional<std::string> common_lock(plan::Plan const& plan,
                                       std::vector<plan::Lock> const& locks) {
  for (auto const& lock : locks)
    if (std::ranges::find(plan.locks, lock.name, &plan::Lock::name) != plan.locks.end())
      return lock.name;
  return std::nullopt;
}

bool releases_one_of(store::RunRow const& row, std::set<std::string> const& functions) {
  return std::ranges::any_of(row.summary["releases"].items(), [&](json::Value const& entry) {
    return functions.contains(engine::bare_name(entry["function"].as_string()));
  });
}

struct Held {
  store::RunRow row;
  plan::Plan plan;
  std::string lock;
};

/// A run of these functions that has not ended and holds one of the locks.
Result<std::optional<Held>> find_held(Runs& runs, std::set<std::string> const& functions,
                                      std::vector<plan::Lock> const& locks) {
  auto rows = runs.list({.state = "active", .limit = most_active});
  if (!rows) return std::unexpected(rows.error());
  for (auto& row : *rows) {
    if (row.state == "queued" || !releases_one_of(row, functions)) continue;
    auto plan = runs.plan(row.id);
    if (!plan) return std::unexpected(plan.error());
    if (auto lock = common_lock(*plan, locks))
      return Held{std::move(row), std::move(*plan), std::move(*lock)};
  }
  return std::nullopt;
}

/// What the run recorded of the alias; none before it has read it.
std::optional<engine::ReleaseState> release_of(engine::Snapshot const& run,
                                               FoundAlias const& alias) {
  for (auto const& [id, value] : run.state.releases) {
    auto state = engine::release_state(value);
    bool same = state.function == alias.function && state.alias == alias.record.name &&
                state.account == alias.account && state.region == alias.region;
    if (same && state.prepared && !state.baseline_version.empty()) return state;
  }
  return std::nullopt;
}

}  // namespace

Result<std::optional<AliasHolder>> holder_of(Runs& runs, FoundAlias const& alias,
                                             json::Value const& world) {
  auto held = find_held(runs, {alias.function}, locks_of(alias));
  if (!held) return std::unexpected(held.error());
  if (!*held) return std::nullopt;
  AliasHolder holder;
  holder.lock = (*held)->lock;
  holder.releases = (*held)->plan.releases.size();
  holder.row = std::move((*held)->row);
  if (!same_world(holder.row.world, world)) return holder;
  auto snapshot = snapshot_of(runs, holder.row.id);
  if (!snapshot) return std::unexpected(snapshot.error());
  holder.release = release_of(*snapshot, alias);
  return holder;
}

Result<std::optional<store::Busy>> busy_for(Runs& runs, plan::Plan const& plan) {
  std::set<std::string> functions;
  for (auto const& release : plan.releases) functions.insert(engine::bare_name(release.function));
  auto held = find_held(runs, functions, plan.locks);
  if (!held) return std::unexpected(held.error());
  if (!*held) return std::nullopt;
  return store::Busy{(*held)->lock, (*held)->row.id};
}

}  // namespace sluice::server
