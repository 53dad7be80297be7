#pragma once

#include <cstddef>

#include "base/json.hpp"

namespace sluice::bench {

/// Releases of one account that are due at once: in which order their shifts reach the endpoint,
/// how long they wait, and what becomes of a neighbour in another Region and of rollbacks
/// meanwhile.
json::Value measure_order(std::size_t releases, std::size_t rounds);

/// From the decision to roll back to the alias restored at the endpoint: with nothing else to do,
/// and while `releases` others shift and the pool for long work is full. So many of each kind.
json::Value measure_rollback(std::size_t releases, std::size_t rollbacks);

}  // namespace sluice::bench
