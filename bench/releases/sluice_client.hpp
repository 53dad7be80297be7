#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "engine/aws_access.hpp"
#include "engine/engine.hpp"
#include "releases/timed_store.hpp"
#include "workplace.hpp"

namespace sluice::bench {

/// What outlives a process of Sluice: its journal on disk and its store of packages.
class SluiceHome {
 public:
  explicit SluiceHome(Workplace const& workplace);
  TimedStore& store() { return *store_; }
  store::Packages& packages() { return *packages_; }

 private:
  std::unique_ptr<TimedStore> store_;
  std::unique_ptr<store::Packages> packages_;
};

/// One process of Sluice, without the terminal: a fresh HTTP client, session, budget and engine for
/// one release, over real sockets and with a durable journal.
class SluiceClient {
 public:
  /// `clock` tells the engine when something is due; calls and their budget go by the machine's.
  SluiceClient(SluiceHome& home, std::string const& url, aws::Budget::Rates rates,
               Clock& clock = system_clock(),
               engine::Executors executors = engine::standard_executors());

  /// Compiles the release file, whose package is stored as `code`, and starts it.
  std::string start(std::string const& yaml, store::StoredPackage const& code);
  /// Blocks until `ready` holds for a snapshot of that run.
  void wait_for(std::string const& run, std::function<bool(engine::RunState const&)> ready);
  void signal(std::string const& run, std::string const& kind);
  /// Blocks until its end, which must be `end_state`.
  void finish(std::string const& run, std::string const& end_state);

  /// Goes on with a run that another process has left.
  void resume(std::string const& run);
  /// A plan that was not written in any dialect.
  std::string start(plan::Plan plan);
  engine::Engine& engine() { return *engine_; }

 private:
  std::unique_ptr<net::Client> client_;
  aws::Budget budget_;
  std::unique_ptr<engine::SessionAws> aws_;
  engine::Executors executors_;
  plan::Evaluators evaluators_;
  std::shared_ptr<engine::Services> services_;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace sluice::bench
