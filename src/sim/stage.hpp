#pragma once

#include "sim/agenda.hpp"
#include "sim/faults.hpp"
#include "sim/process.hpp"
#include "sim/script.hpp"
#include "sim/simulator.hpp"
#include "sim/virtual_clock.hpp"
#include "store/memory.hpp"

namespace sluice::sim {

inline constexpr Time start_of_time = Time(std::chrono::hours(24 * 365 * 56));

/// What the worlds of all kinds of seeds have in common: time, chance, a store that outlives every
/// process, what is going to happen, and what is told of it.
class Stage {
 protected:
  Stage(std::uint64_t seed, Options const& options);
  ~Stage() = default;
  Stage(Stage const&) = delete;

  /// What a process finds on its machine.
  Machine machine(Clock& clock, Scenario const& scenario) {
    return {clock,
            random_,
            *store_,
            *packages_,
            executors_,
            evaluators_,
            scenario.metric_lag,
            options_.bug,
            scenario.unload_after};
  }
  void broken(std::string text);
  /// Without end states and the journals' hash. `violations` are those of the invariants.
  Report report(std::vector<std::string> violations, Faults const& faults) const;

  Options const options_;
  VirtualClock clock_{start_of_time};
  SeededRandom random_;
  std::unique_ptr<store::Packages> packages_ = store::memory_packages();
  Script script_{clock_};
  std::shared_ptr<store::Memory> memory_ = store::make_memory();
  std::unique_ptr<store::Store> store_ = store::open_memory(memory_, clock_);
  std::unique_ptr<store::Store> own_store_ = store::open_memory(memory_, clock_);
  engine::Executors executors_;
  plan::Evaluators evaluators_;
  Agenda agenda_;
  std::vector<std::string> broken_;
  int lives_ = 0;  ///< of all processes
  int steps_ = 0;
};

}  // namespace sluice::sim
