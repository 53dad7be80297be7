#pragma once

#include "aws/caller.hpp"
#include "engine/engine.hpp"
#include "server/exposition.hpp"

namespace sluice::server {

/// What happens, counted for Prometheus (operability E6; docs/reference/api.md lists the names).
/// Everything about runs comes from what was committed, so that a step counts once however often
/// it is looked at. Counts begin with the process. Thread-safe.
class Metrics {
 public:
  /// `version` goes into sluice_build_info.
  explicit Metrics(std::string version) : version_(std::move(version)) {}

  /// From now on everything that `engine` commits. It must end before this object.
  void listen_to(engine::Engine& engine);
  void committed(engine::Snapshot const& run, std::vector<engine::Event> const& events);
  /// For FactoryOptions::observer.
  void called(aws::Attempt const& attempt);
  /// A stream of events was given one this long after it happened.
  void told(Duration lag);

  /// A write of the store took so long, whatever came of it.
  void committed_in(Duration took);

  /// What is looked up for each answer.
  struct Now {
    std::size_t active_runs = 0;
    std::int64_t fenced_writes = 0;  ///< since the process began
    std::size_t streams = 0;
    bool frozen = false;
  };
  std::string text(Now const& now) const;

 private:
  void node_ended(engine::Snapshot const& run, engine::Event const& event);
  void rollback_ended(engine::Snapshot const& run, engine::Event const& event);
  void run_ended(engine::Snapshot const& run);

  std::string const version_;
  Counter rollouts_{{"sluice_rollouts_total", "Runs that have ended.", {"strategy", "result"}}};
  Histogram rollout_{{"sluice_rollout_seconds", "From start to end of a run.", {"result"}}};
  Histogram active_{
      {"sluice_rollout_active_seconds", "The same without waits for people.", {"result"}}};
  Histogram manual_{
      {"sluice_rollout_manual_pause_seconds", "Waits for people within a run.", {"result"}}};
  Histogram step_{{"sluice_step_seconds", "From start to end of a step.", {"step", "result"}}};
  Histogram rollback_{
      {"sluice_rollback_seconds", "From the first to the last step of a rollback.", {"result"}}};
  Counter requests_{{"sluice_aws_requests_total", "Attempts of calls to AWS.", {"api", "code"}}};
  Counter throttled_{{"sluice_aws_throttled_total", "Attempts that AWS throttled.", {}}};
  Counter takeovers_{{"sluice_lease_takeovers_total", "Runs taken over from another process.", {}}};
  Histogram commit_{{"sluice_db_commit_seconds", "Writes of the store.", {}}};
  Histogram lag_{
      {"sluice_events_lag_seconds", "From an event to the streams that follow its run.", {}}};
};

}  // namespace sluice::server
