#pragma once

#include <vector>

#include "base/random.hpp"
#include "engine/core.hpp"

namespace sluice::sim {

/// The engine's slow work in one thread: what is to be done and what was answered wait in two
/// lists, and the simulator draws what happens next. Work that runs between two answers, answers
/// that overtake each other and signals in between all come from that order.
class QueueWorkers final : public engine::Workers {
 public:
  void run(engine::Pool pool, std::function<std::function<void()>()> work) override;

  std::size_t waiting() const { return work_.size(); }
  std::size_t answered() const { return answers_.size(); }
  /// Does the work at that place; its answer joins those that wait to be delivered.
  void perform(std::size_t index);
  void deliver(std::size_t index);
  /// One of all that is ready. False: nothing is.
  bool do_any(Random& random);
  /// The process died: nothing of it goes on.
  void clear();

 private:
  std::vector<std::function<std::function<void()>()>> work_;
  std::vector<std::function<void()>> answers_;
};

}  // namespace sluice::sim
