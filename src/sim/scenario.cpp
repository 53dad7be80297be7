#include "sim/scenario.hpp"

#include "sim/scenario_tree.hpp"

namespace sluice::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

FaultRates draw_faults(Random& random) {
  FaultRates rates;
  if (chance(random, 0.15)) return rates;  // some runs see no trouble at all
  rates.most = between(random, 1, 20);
  rates.call = 0.02 + 0.2 * random.fraction();
  rates.commit = chance(random, 0.6) ? 0.1 * random.fraction() : 0;
  rates.crash = chance(random, 0.6) ? 0.08 * random.fraction() : 0;
  rates.foreign = chance(random, 0.2) ? 1 : 0;
  rates.clock_jumps = chance(random, 0.15) ? between(random, 1, 3) : 0;
  rates.failed_update = chance(random, 0.1) ? 1 : 0;
  rates.stale_reads = chance(random, 0.3);
  return rates;
}

/// A held change, a paused run and a slow commit may each come on top of what the plan takes.
void bound(Scenario& scenario) {
  scenario.bound = scenario.expected + scenario.plan.hold_timeout * 4 + hours(8);
}

}  // namespace

std::string code_bytes(std::string const& function, std::string const& which) {
  return "code of " + function + ": " + which;
}

json::Value base_configuration() {
  return {{"Role", "arn:aws:iam::123456789012:role/service"},
          {"Runtime", "nodejs22.x"},
          {"Handler", "index.handler"},
          {"MemorySize", 128}};
}

Scenario draw_scenario(Random& random, store::Packages& packages) {
  Scenario scenario;
  scenario.faults = draw_faults(random);
  scenario.signals = chance(random, 0.4) ? between(random, 1, 4) : 0;
  scenario.approves = chance(random, 0.2) ? 0.2 : 0.9;
  scenario.metric_lag = chance(random, 0.5) ? Duration::zero() : Duration(minutes(3));
  scenario.settle_delay = milliseconds(between(random, 0, 300));
  draw_plan(random, packages, scenario);
  bound(scenario);
  if (chance(random, 0.5)) scenario.unload_after = std::chrono::seconds(5);
  return scenario;
}

Scenario draw_free_scenario(Random& random, store::Packages& packages) {
  Scenario scenario = draw_scenario(random, packages);
  if (chance(random, 0.6)) embellish(random, scenario);
  // Retries of scopes that hold retries multiply.
  scenario.expected *= 10;
  bound(scenario);
  scenario.expected /= 10;
  return scenario;
}

Scenario draw_cluster_scenario(Random& random, store::Packages& packages) {
  Scenario scenario = draw_free_scenario(random, packages);
  ServerDoings& servers = scenario.servers;
  static constexpr int paces[] = {1, 2, 4};
  servers.places = chance(random, 0.15) ? 1 : between(random, 2, 3);
  servers.pace = paces[random.below(std::size(paces))];
  bool quiet = scenario.faults.most == 0;
  if (quiet) return scenario;
  auto often = [&](int most) { return chance(random, 0.5) ? between(random, 1, most) : 0; };
  servers.late = between(random, 0, servers.places - 1);
  servers.kills = often(3);
  servers.stops = often(5);
  servers.leaves = often(3);
  servers.cuts = often(3);
  scenario.faults.pause = chance(random, 0.6) ? 0.1 * random.fraction() : 0;
  scenario.faults.most += servers.pace * 5;
  return scenario;
}

Scenario draw_neighbour(Random& random, store::Packages& packages, Scenario const& first,
                        std::string prefix) {
  Scenario scenario;
  scenario.prefix = std::move(prefix);
  scenario.approves = first.approves;
  scenario.metric_lag = first.metric_lag;
  scenario.unload_after = first.unload_after;
  scenario.settle_delay = first.settle_delay;
  draw_plan(random, packages, scenario);
  bound(scenario);
  return scenario;
}

}  // namespace sluice::sim
