#pragma once

#include "engine/node.hpp"
#include "sim/process.hpp"
#include "sim/virtual_clock.hpp"

namespace sluice::sim {

/// One life of one of several servers: the production's Core and Node on a clock of its own, until
/// it dies or leaves.
class ClusterServer {
 public:
  /// What is around every server. Has to outlive them.
  class Around {
   public:
    virtual ~Around() = default;
    /// What goes on in the world while a worker of that server waits.
    virtual void wait(ClusterServer& server, Duration time, std::stop_token const& stop) = 0;
    /// A worker of it may be stopped here.
    virtual void may_stop(ClusterServer& server) = 0;
    /// The way to AWS for one run.
    virtual net::Client& way_of(ClusterServer& server) = 0;
  };

  /// `machine` is the one that all servers would have if they were alone.
  ClusterServer(Around& around, VirtualClock& world, Machine const& machine,
                engine::NodeOptions options, int place, int number);
  ClusterServer(ClusterServer const&) = delete;

  std::string const& name() const { return name_; }
  int place() const { return place_; }    ///< one server is alive there at a time
  int number() const { return number_; }  ///< of the process
  engine::Core& core() { return process_.core(); }
  engine::Node& node() { return node_; }
  Process& process() { return process_; }
  QueueWorkers& workers() { return process_.workers(); }
  NodeClock& clock() { return clock_; }
  store::Store& store() { return machine_.store; }
  std::shared_ptr<engine::Services> services() { return process_.services(around_.way_of(*this)); }
  /// When its loop has something to do, on the world's clock.
  std::optional<Time> next_due();
  /// Goes round its loop once.
  void tick();
  bool may_act_on(std::string const& run) { return trust_.holds() && core().executes(run); }

  bool dead = false;     ///< nothing of it goes on
  bool leaving = false;  ///< it takes no more work, and goes when it is at rest
  bool working = false;  ///< its worker is in the middle of something
  bool in_core = false;  ///< and so is its core's thread
  int entered = 0;       ///< how often the simulator is inside of it
  Time asleep_until{};   ///< SIGSTOP: nothing of it goes on until then
  Time cut_off_until{};  ///< the store cannot be reached from it until then

 private:
  struct Tokens final : aws::TokenSource {
    explicit Tokens(ClusterServer& owner) : server(owner) {}
    Result<Slice> lease(std::string const& key, Rates const& rates, aws::Lane lane,
                        int want) override;
    ClusterServer& server;
  };

  Machine machine_of(Machine const& shared);

  Around& around_;
  std::string name_;
  int place_, number_;
  NodeClock clock_;
  engine::Trust trust_{clock_};
  Tokens tokens_{*this};
  std::unique_ptr<store::Store> planted_store_;
  Machine machine_;
  Process process_;
  engine::Node node_;
};

}  // namespace sluice::sim
