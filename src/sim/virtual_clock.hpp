#pragma once

#include <functional>

#include "base/time.hpp"

namespace sluice::sim {

/// Time that moves only when somebody sleeps or the simulator says so. Not thread-safe.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(Time start) : now_(start), start_(start) {}

  Time now() override { return now_; }
  Duration monotonic() override { return now_ - start_; }
  /// Returns at once, `time` later; without any time passed where `stop` was requested.
  void sleep(Duration time, std::stop_token stop) override {
    if (!stop.stop_requested()) advance(time);
  }

  void advance(Duration time);
  /// Called for every stretch of time that has passed; for what goes on by itself (traffic).
  std::function<void(Time from, Time to)> passed;

 private:
  Time now_, start_;
};

/// One machine's clock: it shows another time of day than the world has, and may jump.
class NodeClock final : public Clock {
 public:
  explicit NodeClock(VirtualClock& world) : world_(world) {}

  Time now() override { return world_.now() + ahead_; }
  Duration monotonic() override { return world_.monotonic(); }
  void sleep(Duration time, std::stop_token stop) override {
    if (sleeps)
      sleeps(time, stop);
    else
      world_.sleep(time, stop);
  }

  /// What goes on in the world while somebody waits here; empty: nothing but the time.
  std::function<void(Duration time, std::stop_token const& stop)> sleeps;
  void jump(Duration by) { ahead_ += by; }
  /// When the world has the time that this clock shows as `here`.
  Time in_world(Time here) const { return here - ahead_; }

 private:
  VirtualClock& world_;
  Duration ahead_{};
};

}  // namespace sluice::sim
