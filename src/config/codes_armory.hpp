#pragma once

#include <span>

#include "config/codes.hpp"

/// Codes E1200–E1299: rules of Armory CD-as-a-Service deployment files.
namespace sluice::config::codes {

inline constexpr Code wrong_kind{1200};
inline constexpr Code no_application{1201};
inline constexpr Code unknown_step{1202};
inline constexpr Code not_one_step{1203};
inline constexpr Code invalid_pause{1204};
inline constexpr Code unknown_strategy_type{1205};
inline constexpr Code strategy_without_type{1206};
inline constexpr Code option_without_artifact{1207};
inline constexpr Code alias_without_artifact{1208};
inline constexpr Code artifact_without_option{1209};
inline constexpr Code target_without_function{1210};
inline constexpr Code split_without_alias{1211};
inline constexpr Code weight_goes_back{1212};
inline constexpr Code declared_twice{1213};
inline constexpr Code bad_artifact{1214};
inline constexpr Code timeout_too_short{1215};
inline constexpr Code analysis_incomplete{1216};
inline constexpr Code query_limits{1217};
inline constexpr Code invalid_traffic{1218};
inline constexpr Code webhook_incomplete{1219};
inline constexpr Code unknown_variable{1220};
inline constexpr Code not_a_variable{1221};
inline constexpr Code misplaced_variable{1222};
inline constexpr Code placeholder{1223};
inline constexpr Code without_effect{1224};
inline constexpr Code account_label{1225};
inline constexpr Code too_large_a_plan{1226};

}  // namespace sluice::config::codes

namespace sluice::config {
std::span<Explanation const> armory_explanations();
}
