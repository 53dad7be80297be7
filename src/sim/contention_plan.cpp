#include "sim/contention_plan.hpp"

namespace sluice::sim {
namespace {

using Busy = plan::Lock::Busy;

Busy draw_busy(Random& random) {
  static constexpr Busy all[] = {Busy::reject, Busy::queue, Busy::queue, Busy::enqueue_one,
                                 Busy::supersede};
  return all[random.below(std::size(all))];
}

/// Where only one scope can be rolled back it may be by a run of its own.
void link_rollback(plan::Plan& plan) {
  if (plan.targets.size() > 1) return;
  for (auto& branch : plan.root.children)
    for (auto& part : branch.children)
      if (!part.compensation.empty()) part.as_linked_run = true;
}

/// Without runs that clean up: those are looked at one by one elsewhere.
void leave_candidates(plan::Plan& plan) {
  for (auto& release : plan.releases) release.delete_candidate = false;
}

/// The same release with code of its own.
void rewrite(Random& random, store::Packages& packages, plan::Plan& plan, int number) {
  for (auto& release : plan.releases) {
    auto stored = packages.add_bytes(code_bytes(release.function, "run " + std::to_string(number)));
    ENSURE(stored.has_value());
    release.package.sha256 = stored->sha256;
    release.package.size = stored->size;
    // What an earlier run of these made is there for the later ones.
    release.heal_to_primary = true;
  }
  leave_candidates(plan);
  if (chance(random, 0.3)) plan.locks.push_back({"team", Busy::reject});
  Busy all_alike = draw_busy(random);
  bool alike = chance(random, 0.8);
  for (auto& lock : plan.locks) lock.busy = alike ? all_alike : draw_busy(random);
  if (chance(random, 0.35)) link_rollback(plan);
}

std::vector<Scenario> draw_apart(Random& random, store::Packages& packages, Scenario first) {
  int runs = between(random, 3, 10);
  leave_candidates(first.plan);
  std::vector<Scenario> all{std::move(first)};
  while (static_cast<int>(all.size()) < runs) {
    std::string prefix = "run-" + std::to_string(all.size() + 1) + "-";
    all.push_back(draw_neighbour(random, packages, all.front(), prefix));
    leave_candidates(all.back().plan);
  }
  return all;
}

}  // namespace

std::vector<Scenario> draw_contention(Random& random, store::Packages& packages, bool own_locks) {
  Scenario first = draw_scenario(random, packages);
  first.faults.foreign = 0;
  first.faults.clock_jumps = 0;
  first.faults.failed_update = 0;
  first.faults.stale_reads = false;
  int runs = between(random, 2, 6);
  std::vector<Scenario> all;
  if (chance(random, 0.25)) return draw_apart(random, packages, first);
  for (int number = 1; number <= runs; ++number) {
    Scenario scenario = first;
    rewrite(random, packages, scenario.plan, number);
    for (auto& lock : scenario.plan.locks)
      if (own_locks) lock.name += ", of run " + std::to_string(number);
    all.push_back(std::move(scenario));
  }
  return all;
}

}  // namespace sluice::sim
