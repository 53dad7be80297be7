#pragma once

#include <memory>

#include "aws/budget.hpp"
#include "aws/caller.hpp"
#include "engine/core.hpp"
#include "engine/trust.hpp"
#include "net/client.hpp"
#include "sim/planted.hpp"
#include "sim/queue_workers.hpp"

namespace sluice::sim {

/// What outlives a process that dies.
struct Machine {
  Clock& clock;
  Random& random;
  store::Store& store;
  store::Packages& packages;
  engine::Executors const& executors;
  plan::Evaluators const& evaluators;
  Duration metric_lag{};
  PlantedBug bug = PlantedBug::none;
  std::optional<Duration> unload_after;

  // Of one of several servers:
  engine::Trust* trust = nullptr;      ///< null: it is the only one
  aws::TokenSource* tokens = nullptr;  ///< null: it has a budget of its own
  std::function<void()> may_stop;      ///< around each request, outside of what guards it
};

/// One life of the program: the production's Core with its work queue and its way to AWS.
class Process {
 public:
  Process(Machine& machine, int number);

  engine::Core& core() { return *core_; }
  QueueWorkers& workers() { return workers_; }
  /// The ports of a run whose calls go through `client`, which must outlive this.
  std::shared_ptr<engine::Services> services(net::Client& client);
  /// A run's state in memory when it committed last; none: it did not in this life.
  std::optional<engine::RunState> committed(std::string const& run) const;

 private:
  Machine& machine_;
  QueueWorkers workers_;
  aws::Budget budget_;
  std::vector<std::unique_ptr<aws::Budget>> own_budgets_;  ///< with limiter_per_run
  template <class Client, class... More>
  net::Client* wrap(More&&... more) {
    return clients_.emplace_back(std::make_unique<Client>(std::forward<More>(more)...)).get();
  }

  std::vector<std::unique_ptr<net::Client>> clients_;
  std::vector<std::unique_ptr<engine::AwsAccess>> access_;
  std::map<std::string, engine::RunState> committed_;
  std::unique_ptr<engine::Core> core_;
};

}  // namespace sluice::sim
