#pragma once

#include <span>

#include "config/codes.hpp"

/// Codes E1300–E1349: AppSpec files of AWS CodeDeploy, and the options given with them.
namespace sluice::config::codes {

inline constexpr Code other_platform{1300};
inline constexpr Code app_spec_version{1301};
inline constexpr Code not_one_resource{1302};
inline constexpr Code bad_function_version{1303};
inline constexpr Code same_version{1304};
inline constexpr Code unknown_hook{1305};
inline constexpr Code not_one_hook{1306};
inline constexpr Code bad_function_name{1307};
inline constexpr Code unknown_configuration{1308};
inline constexpr Code routing_bounds{1309};
inline constexpr Code misplaced_option{1310};
inline constexpr Code bad_alarms{1311};

}  // namespace sluice::config::codes

namespace sluice::config {
std::span<Explanation const> codedeploy_explanations();
}
