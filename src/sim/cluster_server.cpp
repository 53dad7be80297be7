#include "sim/cluster_server.hpp"

#include "engine/shared_tokens.hpp"

namespace sluice::sim {

ClusterServer::ClusterServer(Around& around, VirtualClock& world, Machine const& machine,
                             engine::NodeOptions options, int place, int number)
    : around_(around),
      name_(options.name),
      place_(place),
      number_(number),
      clock_(world),
      planted_store_(planted_store(machine.bug, machine.store)),
      machine_(machine_of(machine)),
      process_(machine_, number),
      node_({process_.core(), machine_.store, process_.workers(), clock_, machine_.random, trust_},
            [&] {
              options.open = [this](store::RunRow const&, plan::Plan const&, std::stop_token const&)
                  -> Result<std::shared_ptr<engine::Services>> { return services(); };
              return std::move(options);
            }()) {
  clock_.sleeps = [this](Duration time, std::stop_token const& stop) {
    around_.wait(*this, time, stop);
  };
}

Machine ClusterServer::machine_of(Machine const& shared) {
  return {.clock = clock_,
          .random = shared.random,
          .store = planted_store_ ? *planted_store_ : shared.store,
          .packages = shared.packages,
          .executors = shared.executors,
          .evaluators = shared.evaluators,
          .metric_lag = shared.metric_lag,
          .bug = shared.bug,
          .unload_after = shared.unload_after,
          .trust = &trust_,
          .tokens = &tokens_,
          .may_stop = [this] { around_.may_stop(*this); }};
}

Result<aws::TokenSource::Slice> ClusterServer::Tokens::lease(std::string const& key,
                                                             Rates const& rates, aws::Lane lane,
                                                             int want) {
  if (server.dead) return fail(ErrorCode::cancelled, "the process is dead");
  return engine::lease_tokens(server.machine_.store, key, rates, lane, want);
}

std::optional<Time> ClusterServer::next_due() {
  std::optional<Time> due = node_.next_due();
  auto work = core().next_due();
  if (work && (!due || *work < *due)) due = work;
  if (due) due = clock_.in_world(*due);
  return due;
}

void ClusterServer::tick() {
  node_.tick();
  core().tick();
}

}  // namespace sluice::sim
