#pragma once

#include <atomic>

#include "base/time.hpp"

namespace sluice::bench {

/// The machine's clock, set forward at will: a pause of an hour ends while one waits. Thread-safe.
class ForwardClock final : public Clock {
 public:
  Time now() override { return system_clock().now() + forward_.load(); }
  Duration monotonic() override { return system_clock().monotonic(); }
  void sleep(Duration time, std::stop_token stop) override { system_clock().sleep(time, stop); }
  void set(Time now) { forward_ = now - system_clock().now(); }

 private:
  std::atomic<Duration> forward_{};
};

}  // namespace sluice::bench
