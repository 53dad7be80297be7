#pragma once

#include "engine/engine.hpp"
#include "engine/history.hpp"
#include "server/held_runs.hpp"
#include "server/runs.hpp"
#include "server/services.hpp"

namespace sluice::server {

/// Runs executed by this process.
class HostRuns final : public Runs {
 public:
  /// The references must outlive it.
  HostRuns(engine::Engine& engine, ServicesFactory& services, store::Packages& packages)
      : engine_(engine), services_(services), packages_(packages), history_(engine) {
    services_.use_history(history_);
  }

  Result<engine::Started> start(NewRun run) override;
  Result<void> resume(std::string const& run, AwsSettings const& aws) override;
  /// resume, broken off when `stop` is requested.
  Result<void> take_up(std::string const& run, AwsSettings const& aws, std::stop_token stop);
  /// Shown in the rows of the runs that it names, as "held" of the summary.
  HeldRuns& held() { return held_; }
  Result<void> signal(std::string const& run, engine::Signal const& signal) override;
  Result<store::RunRow> get(std::string const& run) override;
  Result<std::vector<store::RunRow>> list(store::RunFilter const& filter) override;
  Result<plan::Plan> plan(std::string const& run) override;
  Result<std::vector<store::EventRow>> events(std::string const& run, std::int64_t after) override;
  Result<void> follow(std::string const& run, std::int64_t after,
                      std::function<bool(store::EventRow const&)> each,
                      std::stop_token stop) override;

 private:
  engine::Engine& engine_;
  ServicesFactory& services_;
  store::Packages& packages_;
  engine::StoreHistory history_;
  HeldRuns held_;
};

/// For a Node: opens what a run recorded of its AWS world with these settings, the server's own.
/// `services` must outlive it.
engine::OpenServices open_with(ServicesFactory& services, AwsSettings settings);

/// Why nothing more comes of a run that nobody executes.
Error not_executed(std::string const& run);

}  // namespace sluice::server
