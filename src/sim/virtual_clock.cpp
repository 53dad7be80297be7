#include "sim/virtual_clock.hpp"

namespace sluice::sim {

void VirtualClock::advance(Duration time) {
  if (time <= Duration::zero()) return;
  Time from = now_;
  now_ += time;
  if (passed) passed(from, now_);
}

}  // namespace sluice::sim
