#pragma once

#include <memory>

#include "engine/run_state.hpp"
#include "sim/faults.hpp"
#include "sim/invariant.hpp"
#include "sim/script.hpp"
#include "store/store.hpp"

namespace sluice::sim {

/// Follows one run through its journal alone, as another process would, and asks every invariant
/// after each event and each accepted write.
class Watch {
 public:
  struct World {
    Scenario const& scenario;
    Cloud& cloud;
    VirtualClock& clock;
    Faults& faults;
    store::Store& store;
    Script& script;
    std::set<std::string> const& foreign;  ///< releases somebody else has acted on
  };

  Watch(World world, std::string run, plan::Plan plan);

  /// Folds what was committed since; false: nothing was.
  bool sync();
  bool expects(Write const& write) const { return open_intent(view(), write.call).has_value(); }
  /// Of the open intent that this call belongs to; none: it is another run's.
  std::optional<std::int64_t> epoch_of(CloudCall const& call) const;
  void accepted(Write const& write);
  void arrived_late(Write const& write);
  void delivered(std::string const& id);
  void look();
  void end();

  engine::RunState const& state() const { return state_; }
  std::string const& run() const { return state_.id; }
  std::vector<std::string> violations() const;
  std::vector<engine::Event> const& events() const { return events_; }

 private:
  View view() const {
    return {world_.scenario, plan_, state_, world_.cloud, world_.foreign, world_.clock.now()};
  }

  World world_;
  plan::Plan plan_;
  engine::RunState state_;
  std::vector<engine::Event> events_;
  std::vector<std::unique_ptr<Invariant>> invariants_ = all_invariants();
};

}  // namespace sluice::sim
