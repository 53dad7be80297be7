#pragma once

#include <map>

#include "sim/followed.hpp"
#include "sim/process.hpp"
#include "sim/simulator.hpp"
#include "store/memory.hpp"

namespace sluice::sim {

/// One seed's world from start to end; see simulator.hpp. Used once.
class Simulation {
 public:
  Simulation(std::uint64_t seed, Options const& options);

  Report run();

 private:
  Scenario drawn(Options const& options);
  void set_store_faults();
  Result<void> commit(CommitFault fault, bool after, char const* operation);
  void draw_events();
  void act_as_foreigner(FunctionScenario const& function);
  void boot();
  bool begin();
  bool take_over();
  void step();
  bool work();
  void pass_time();
  void happen(Time now);
  void send(engine::Signal signal);
  void ask_somebody();
  void finish();
  void check_memory();
  void check_acknowledged();
  bool over() const { return followed_.over(); }
  void broken(std::string text) { broken_.push_back(std::move(text)); }
  Report report();

  Options const options_;
  VirtualClock clock_;
  NodeClock node_clock_{clock_};
  SeededRandom random_;
  std::unique_ptr<store::Packages> packages_ = store::memory_packages();
  Scenario scenario_;
  Script script_;
  Cloud cloud_;
  Faults faults_;
  std::shared_ptr<store::Memory> memory_ = store::make_memory();
  std::unique_ptr<store::Store> store_ = store::open_memory(memory_, clock_);
  std::unique_ptr<store::Store> own_store_ = store::open_memory(memory_, clock_);
  std::set<std::string> foreign_;  ///< releases somebody else has acted on
  Followed followed_;
  FaultyClient client_;
  engine::Executors executors_;
  plan::Evaluators evaluators_;
  CommitFault after_commit_ = CommitFault::none;
  std::multimap<Time, std::function<void()>> events_;
  std::unique_ptr<Machine> machine_;
  std::unique_ptr<Process> process_;
  std::vector<std::pair<std::string, std::string>> acknowledged_;  ///< run and kind of signal
  std::vector<std::string> broken_;
  int lives_ = 0;
  int steps_ = 0;
};

}  // namespace sluice::sim
