#pragma once

#include <string>
#include <vector>

#include "base/random.hpp"
#include "plan/plan.hpp"
#include "store/packages.hpp"

namespace sluice::sim {

inline constexpr char account[] = "123456789012";

/// One function as the world has it before the run, and how its two versions behave.
struct FunctionScenario {
  enum class Start {
    absent,
    alias_on_version,  ///< perhaps not the newest one
    alias_on_latest,
    alias_missing,
    no_alias,  ///< the release uses none
  };
  std::string release;  ///< its id in the plan
  std::string region, name, alias;
  Start start = Start::alias_on_version;
  int versions = 1;           ///< published before the run
  int served = 1;             ///< by the alias, where it is on a version
  bool latest_ahead = false;  ///< `$LATEST` was changed and not published
  double requests_per_second = 5;
  double baseline_errors = 0, candidate_errors = 0;
};

/// How often what goes wrong, per call or per event; all drawn from the seed.
struct FaultRates {
  double call = 0;           ///< of AWS calls
  double commit = 0;         ///< of the store's commits
  double crash = 0;          ///< of calls and commits: the process dies there
  double foreign = 0;        ///< chance that somebody else acts on the function during the run
  double failed_update = 0;  ///< chance that an update ends Failed
  int clock_jumps = 0;       ///< of the process's clock, by an hour at most
  bool stale_reads = false;  ///< aliases may be read as they were up to half a minute ago
  double pause = 0;          ///< of calls and commits: the process is stopped there for a while
  int most = 0;              ///< faults in all
};

/// Where several servers share a store: how many there are, and how often something happens to one.
struct ServerDoings {
  int places = 1;  ///< servers at a time, at most
  int late = 0;    ///< of them, that come only when the run is on its way
  int kills = 0, stops = 0, leaves = 0;
  int cuts = 0;  ///< the store cannot be reached by one of them, or by all
  int pace =
      1;  ///< leases last that many times as long as in production, and all that goes with it
};

struct Scenario {
  std::string prefix;  ///< of its functions' names
  plan::Plan plan;
  std::vector<FunctionScenario> functions;
  FaultRates faults;
  ServerDoings servers;
  int signals = 0;        ///< sent at random moments
  double approves = 0.8;  ///< chance that whoever is asked says yes
  Duration metric_lag{};
  Duration unload_after{};  ///< runs that wait leave memory at once, or as in production
  Duration settle_delay{};
  Duration expected{};  ///< of the run without trouble
  Duration bound{};     ///< by then it must have ended
};

/// Everything of a seed's world. Code packages are added to `packages`.
Scenario draw_scenario(Random& random, store::Packages& packages);
/// Mostly with a plan that has more in it than releases (scenario_tree.hpp).
Scenario draw_free_scenario(Random& random, store::Packages& packages);
/// The same for one to three servers, to which more happens.
Scenario draw_cluster_scenario(Random& random, store::Packages& packages);
/// Another release in the world of `first`, of functions of its own.
Scenario draw_neighbour(Random& random, store::Packages& packages, Scenario const& first,
                        std::string prefix);

/// The plan's part: targets, releases, strategy, gates. Fills `functions` with what the plan needs.
void draw_plan(Random& random, store::Packages& packages, Scenario& scenario);

/// The bytes of a function's code before the run ("1", "2", "ahead") or after it ("new").
std::string code_bytes(std::string const& function, std::string const& which);
/// The members every function of the world has, before the run.
json::Value base_configuration();

inline bool chance(Random& random, double probability) { return random.fraction() < probability; }
inline int between(Random& random, int low, int high) {
  return low + static_cast<int>(random.below(static_cast<std::uint64_t>(high - low + 1)));
}

}  // namespace sluice::sim
