#pragma once

#include "engine/node.hpp"
#include "engine/rehearsal.hpp"
#include "sim/queue_workers.hpp"
#include "sim/virtual_clock.hpp"
#include "store/memory.hpp"

namespace sluice::test {

/// Several servers on one store in memory and one local endpoint, in one thread and virtual time.
/// Each has its own core, node, trust and workers, as a process of its own would.
class Cluster {
 public:
  class Server {
   public:
    Server(Cluster& cluster, std::string name);

    engine::Core& core() { return *core_; }
    engine::Node& node() { return *node_; }
    engine::Trust& trust() { return trust_; }
    sim::QueueWorkers& workers() { return workers_; }
    std::string start(std::string const& yaml, std::optional<plan::Lock::Busy> busy = std::nullopt);
    Result<void> resume(std::string const& run) { return core_->resume(run, services_); }
    /// Does and delivers what is ready; false: there was nothing.
    bool work();
    bool works_on(std::string const& run) const { return core_->executes(run); }

    bool paused = false;  ///< SIGSTOP: nothing of it goes on
    /// What its services cannot be opened for; none: they can.
    std::optional<Error> no_services;
    int opened = 0;

   private:
    friend class Cluster;
    Cluster& cluster_;
    engine::Trust trust_;
    engine::TrustedClient client_;
    sim::QueueWorkers workers_;
    std::unique_ptr<aws::Budget> budget_;
    std::unique_ptr<engine::SessionAws> aws_;
    std::shared_ptr<engine::Services> services_;
    std::unique_ptr<engine::Core> core_;
    std::unique_ptr<engine::Node> node_;
  };

  /// With a function "orders", whose alias "live" is on version 1.
  Cluster();

  /// A process of that name comes up; it has joined when this returns.
  Server& add(std::string const& name);
  /// kill -9: nothing of it goes on, and its lease stays.
  void kill(Server& server);
  /// Everything that is ready on every server that is not paused.
  void run();
  /// Lets time pass, and whatever falls due in it happen.
  void pass(Duration time);

  sim::VirtualClock& clock() { return clock_; }
  store::Store& store() { return *store_; }
  Gate& gate() { return gate_; }
  store::RunRow row(std::string const& run) { return **store_->run(run); }
  std::vector<engine::Event> events(std::string const& run) { return *store_->events(run); }
  int count(std::string const& run, std::string const& type);
  std::string state(std::string const& run) { return row(run).state; }
  /// The journal's texts and reasons, one a line.
  std::string texts(std::string const& run);
  /// Where the alias is: "1" or "1 + 2: 0.1".
  std::string alias();
  std::string revision();
  /// Requests that reached the endpoint since the last time this was asked: "UpdateAlias".
  int writes_of_alias();
  local::Endpoint& endpoint() { return *endpoint_; }
  void fail_store(std::string const& operation, bool before, bool after);
  /// The call of that name after so many others fails; once.
  void fail_store_once(std::string const& operation, int after);
  SeededRandom& random() { return random_; }
  void mend_store() { store::set_faults(*memory_, {}); }

  /// A canary: to 10 %, an approval, to 100 %.
  static std::string canary(std::string const& code = "two");

 private:
  plan::Plan plan(std::string const& yaml);

  sim::VirtualClock clock_{from_millis(1'700'000'000'000)};
  SeededRandom random_{7};
  std::shared_ptr<store::Memory> memory_ = store::make_memory();
  std::unique_ptr<store::Store> store_ = store::open_memory(memory_, clock_);
  std::unique_ptr<store::Packages> packages_ = store::memory_packages();
  std::unique_ptr<local::Endpoint> endpoint_;
  local::DirectClient direct_;
  Gate gate_;
  engine::Executors executors_ = engine::standard_executors();
  plan::Evaluators evaluators_;
  std::vector<std::unique_ptr<Server>> servers_;
};

}  // namespace sluice::test
