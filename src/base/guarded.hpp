#pragma once

#include <mutex>
#include <utility>

namespace sluice {

/// Data behind its lock: it can only be touched inside `with`. Never call out while holding it.
template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  template <class Use>
  auto with(Use&& use) {
    std::lock_guard lock(mutex_);
    return std::forward<Use>(use)(value_);
  }

 private:
  std::mutex mutex_;
  T value_;
};

}  // namespace sluice
