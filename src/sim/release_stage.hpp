#pragma once

#include "sim/followed.hpp"
#include "sim/promises.hpp"
#include "sim/stage.hpp"
#include "sim/store_faults.hpp"

namespace sluice::sim {

/// The world of one release, whoever carries it out: what there is, what people do, what is looked
/// at when all is over.
class ReleaseStage : protected Stage {
 protected:
  ReleaseStage(std::uint64_t seed, Options const& options,
               Scenario (*draw)(Random&, store::Packages&));
  ~ReleaseStage() = default;

  /// Somewhere in the time that the release takes, often in its first seconds.
  Time some_time();
  /// Signals that nobody has asked for, and somebody else's hand on a function.
  void draw_people();
  /// A signal that somebody gives now.
  virtual void send(engine::Signal signal) = 0;
  /// What those who decide have read. Some have an older plan before their eyes.
  void name_what_was_read(engine::Signal& signal);
  engine::StartRequest request() const;
  bool too_late() { return clock_.now() - start_of_time > scenario_.bound; }
  /// The run is over: what is still on its way arrives, and everything is looked at.
  void finish();
  /// Whether what the process knows is what its journals say.
  void check_memory(Process const& process);
  Report told() const;

  /// Those whose requests may still be on their way.
  virtual std::vector<FaultyClient*> clients() = 0;

  Scenario scenario_;
  Cloud cloud_;
  Faults faults_;
  std::set<std::string> foreign_;  ///< releases somebody else has acted on
  Followed followed_;
  StoreFaults store_faults_;
  Promises promises_;

 private:
  void act_as_foreigner(FunctionScenario const& function);
};

}  // namespace sluice::sim
