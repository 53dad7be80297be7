#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/core.hpp"
#include "local/wire/faults.hpp"

namespace sluice::sim {

/// The world a plan is rehearsed in.
struct Conditions {
  std::string region = "eu-west-1";  ///< of targets that name none
  double requests_per_second = 20;   ///< through every alias, from start to end
  double candidate_errors = 0;       ///< share of the candidate's requests that fail, 0 to 1
  double baseline_errors = 0;
  bool first_deployment = false;  ///< the functions do not exist yet
  Duration metric_lag = std::chrono::minutes(3);
  Duration settle_delay = std::chrono::seconds(1);  ///< of a create or an update
  std::vector<local::FaultRule> faults;
  /// How long people take to approve; none: they never do.
  std::optional<Duration> approve_after = std::chrono::minutes(1);
  std::uint64_t seed = 1;  ///< of everything that is left to chance
};

/// What went to one release's candidate through the alias.
struct Met {
  std::string version;
  double requests = 0, errors = 0;
};

/// How it went.
struct Rehearsed {
  std::string run;
  engine::RunState state;
  std::map<std::string, Met> met;     ///< by release; those whose candidate was reached
  Time now{};                         ///< when it ended, in the rehearsal's time
  std::string waits_for;              ///< it would wait forever: what for; empty where it ended
  std::vector<std::string> webhooks;  ///< "POST URL", in order: none of them left this process
};

/// Called after each commit: the rehearsal's time, and the run up to this event.
using RehearsedEvent = std::function<void(Time now, plan::Plan const& plan, std::string const& run,
                                          engine::Event const& event)>;

/// Runs a plan to its end in virtual time: the engine as it is, against the local endpoint, in this
/// thread, without a socket, a file or a real clock. Functions are there before as the plan
/// declares them, with other code, their alias on version 1; a release of given versions goes from
/// version 1 to version 2. Requests are counted, not run; webhooks are answered 200 here; hooks are
/// reported as succeeded after a second; S3 objects that nobody gave are made up. The same
/// arguments give the same journal. Packages must be stored (Package::Kind::stored). Errors: what
/// the plan declares is refused by the endpoint before the release begins.
Result<Rehearsed> rehearse(plan::Plan plan, store::Packages& packages,
                           plan::Evaluators const& evaluators, Conditions const& conditions,
                           RehearsedEvent const& each);

}  // namespace sluice::sim
