#pragma once

#include <span>

#include "config/codes.hpp"

/// Codes E1900–E1949: configuration files of the command line.
namespace sluice::config::codes {

inline constexpr Code not_for_this_file{1900};
inline constexpr Code secret_in_file{1901};

}  // namespace sluice::config::codes

namespace sluice::config {
std::span<Explanation const> cli_explanations();
}
