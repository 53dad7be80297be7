#pragma once

#include <functional>
#include <memory>

#include "store/store.hpp"

namespace sluice::store {

/// The store, which tells after each write how long that took, whatever came of it. `clock` must
/// outlive it; `told` is called on the thread that uses the store.
std::unique_ptr<Store> timed(std::unique_ptr<Store> store, Clock& clock,
                             std::function<void(Duration)> told);

}  // namespace sluice::store
