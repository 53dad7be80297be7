#pragma once

#include <chrono>
#include <cstddef>

#include "base/time.hpp"

/// The bounds of running functions.
namespace sluice::local::runtime_limits {

constexpr std::size_t response_bytes =
    6'291'556;  ///< Lambda quotas: 6 MB and room for the envelope
constexpr std::size_t skipped_body_bytes = 256
                                           << 20;  ///< read away before the connection is closed
constexpr std::size_t head_bytes = 128 << 10;      ///< of a request; an X-Ray cause is in a field
constexpr std::size_t fields = 100;
constexpr std::size_t connections = 8;        ///< of one process to its Runtime API
constexpr std::size_t log_bytes = 4 << 20;    ///< kept of what one invocation prints
constexpr std::size_t waiting = 10'000;       ///< requests that wait for a free process
constexpr std::size_t symlink_bytes = 4'096;  ///< a link's target in an archive
constexpr std::size_t layers = 5;             ///< Lambda quotas
/// How long an answer waits for the runtime to ask for the next request, so that the caller's own
/// next request finds this process free instead of starting another.
constexpr Duration settle = std::chrono::milliseconds(100);
constexpr Duration tick = std::chrono::seconds(1);  ///< between looks at idle processes
constexpr Duration memory_sample = std::chrono::milliseconds(100);  ///< between readings of memory

}  // namespace sluice::local::runtime_limits
