#pragma once

#include <span>

#include "config/codes.hpp"

/// Codes E1100–E1199: what a release file asks for does not hold together, whatever its dialect.
namespace sluice::config::codes {

inline constexpr Code unknown_dialect{1100};
inline constexpr Code broken_plan{1101};
inline constexpr Code undeclared_target{1102};
inline constexpr Code target_cycle{1103};
inline constexpr Code target_collision{1104};
inline constexpr Code undeclared_name{1105};
inline constexpr Code decreasing_weight{1106};
inline constexpr Code shift_without_alias{1107};
inline constexpr Code not_one_action{1108};
inline constexpr Code undeclared_variable{1109};
inline constexpr Code variable_without_value{1110};
inline constexpr Code unknown_setting{1111};
inline constexpr Code said_twice{1112};
inline constexpr Code outside_aws_rules{1113};
inline constexpr Code misplaced_key{1114};
inline constexpr Code bad_package{1115};
inline constexpr Code package_mismatch{1116};
inline constexpr Code bad_percentage{1117};
inline constexpr Code bad_payload{1118};
inline constexpr Code bad_url{1119};
inline constexpr Code account_mismatch{1120};
inline constexpr Code no_function{1121};
inline constexpr Code function_twice{1122};
inline constexpr Code unusable_name{1123};
inline constexpr Code too_much_text{1124};
inline constexpr Code package_missing{1125};
inline constexpr Code package_unusable{1126};
inline constexpr Code package_too_large{1127};

}  // namespace sluice::config::codes

namespace sluice::config {
std::span<Explanation const> plan_explanations();
}
