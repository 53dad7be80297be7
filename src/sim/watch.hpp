#pragma once

#include <memory>

#include "engine/run_state.hpp"
#include "sim/faulty_client.hpp"
#include "sim/invariant.hpp"
#include "sim/script.hpp"
#include "store/store.hpp"

namespace sluice::sim {

/// Follows a run through its journal alone, as another process would, and asks every invariant
/// after each event and each accepted write.
class Watch final : public WriteListener {
 public:
  Watch(Scenario const& scenario, Cloud& cloud, VirtualClock& clock, Faults& faults,
        store::Store& store, Script& script);

  void begin(std::string run);
  /// Folds what was committed since.
  void sync();
  void accepted(Write write) override;
  void touched() override { changed_ = true; }
  /// Looks at the world where it may have changed since the last look.
  void look();
  void end();

  engine::RunState const& state() const { return state_; }
  std::string const& run() const { return state_.id; }
  std::set<std::string> foreign;  ///< releases somebody else has acted on
  std::vector<std::string> violations() const;
  /// Of every committed event.
  std::string hash() const;
  std::vector<engine::Event> const& events() const { return events_; }

 private:
  View view() const { return {scenario_, state_, cloud_, foreign, clock_.now()}; }

  Scenario const& scenario_;
  Cloud& cloud_;
  VirtualClock& clock_;
  Faults& faults_;
  store::Store& store_;
  Script& script_;
  engine::RunState state_;
  bool changed_ = false;
  std::vector<engine::Event> events_;
  std::vector<std::unique_ptr<Invariant>> invariants_ = all_invariants();
};

}  // namespace sluice::sim
