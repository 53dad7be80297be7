#pragma once

#include <optional>

#include "base/time.hpp"

namespace sluice::cli {

/// SIGINT, SIGTERM and SIGHUP as something to wait for, while this lives. To be made before the
/// command starts a thread: threads inherit that these signals are not delivered to them.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(StopSignals const&) = delete;
  StopSignals& operator=(StopSignals const&) = delete;

  /// The signal that came within `patience`, or none.
  std::optional<int> wait(Duration patience);

 private:
  struct Mask;
  Mask* before_;
};

}  // namespace sluice::cli
