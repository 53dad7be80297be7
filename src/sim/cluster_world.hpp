#pragma once

#include "sim/cluster_server.hpp"
#include "sim/ownership.hpp"
#include "sim/release_stage.hpp"

namespace sluice::sim {

/// One seed's world of several servers; see cluster.hpp. Used once.
///
/// There is one thread. Wherever a server waits, for an answer or because it is stopped, the world
/// goes on inside of that wait: its own core as well, as it would beside a worker's thread, unless
/// it is stopped.
class Cluster final : ReleaseStage, public ClusterServer::Around {
 public:
  Cluster(std::uint64_t seed, Options const& options);

  Report run();

 private:
  /// A way to AWS, which outlives the server that sends on it: what is on its way still arrives.
  class Way final : public WriteListener {
   public:
    Way(Cluster& cluster, ClusterServer& server);
    void accepted(Write write) override;
    void arrived_late(Write const& write) override;
    void delivered(std::string const& id) override;
    void sent(CloudCall& call) override;
    bool owns(CloudCall const& call) override;
    FaultyClient& client() { return client_; }

   private:
    Cluster& cluster_;
    int process_;
    FaultyClient client_;
  };
  struct Letter {
    std::string id, run, kind;
    Time give_up{};
  };

  void wait(ClusterServer& server, Duration time, std::stop_token const& stop) override;
  void may_stop(ClusterServer& server) override;
  net::Client& way_of(ClusterServer& server) override;
  std::vector<FaultyClient*> clients() override;

  // What happens (cluster_events.cpp).
  void draw_events();
  void draw_doings(int count, void (Cluster::*what)(ClusterServer&));
  void join(int place);
  void leave(ClusterServer& server);
  void go(int process, Time hurry);
  void kill(ClusterServer& server);
  void stop(ClusterServer& server);
  void cut_off(ClusterServer& server);
  void jump(ClusterServer& server);
  void begin();
  void somebody_looks();
  void send(engine::Signal signal) override;
  void write_letter(ClusterServer& server, std::string const& run, engine::Signal const& signal);
  void look_for_answer(Letter const& letter);
  Duration nap();

  // How it goes on (cluster.cpp).
  void set_store_faults();
  void act(ClusterServer& server, std::function<void()> const& what);
  void on_core(ClusterServer& server, std::function<void()> const& what);
  bool awake(ClusterServer const& server);
  bool listens(ClusterServer const& server);
  ClusterServer* anybody();
  ClusterServer* find(int process);
  bool do_one();
  void pass_time(std::optional<Time> until);
  void step(std::optional<Time> until = std::nullopt);
  void hold(ClusterServer& server, Duration time, std::stop_token const& stop);
  void look();
  bool over() const { return followed_.over(); }
  bool exhausted() const;
  void look_back();

  engine::NodeOptions options_of_nodes_;
  Machine machine_;
  Ownership ownership_;
  std::vector<std::unique_ptr<Way>> ways_;
  std::vector<std::unique_ptr<ClusterServer>> servers_;  ///< the dead until nobody is inside
  ClusterServer* acting_ = nullptr;
  std::string run_;
  bool committed_ = false;  ///< since somebody looked
};

}  // namespace sluice::sim
