#pragma once

#include "base/time.hpp"

namespace sluice::server {

/// Stands still until a test lets time pass.
class SetClock final : public Clock {
 public:
  Time now() override { return now_; }
  Duration monotonic() override { return now_.time_since_epoch(); }
  void sleep(Duration time, std::stop_token) override { pass(time); }
  void pass(Duration time) { now_ += time; }

 private:
  Time now_ = from_millis(1'767'323'045'000);
};

}  // namespace sluice::server
