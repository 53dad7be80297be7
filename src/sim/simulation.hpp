#pragma once

#include "sim/release_stage.hpp"

namespace sluice::sim {

/// One seed's world from start to end; see simulator.hpp. Used once.
class Simulation final : ReleaseStage {
 public:
  Simulation(std::uint64_t seed, Options const& options);

  Report run();

 private:
  void draw_events();
  void boot();
  bool begin();
  bool take_over();
  void step();
  void pass_time();
  void happen(Time now);
  void send(engine::Signal signal) override;
  void ask_somebody();
  bool over() const { return followed_.over(); }
  std::vector<FaultyClient*> clients() override { return {&client_}; }

  NodeClock node_clock_{clock_};
  FaultyClient client_;
  Machine machine_;
  std::unique_ptr<Process> process_;
};

}  // namespace sluice::sim
