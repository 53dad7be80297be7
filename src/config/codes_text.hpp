#pragma once

#include "config/codes.hpp"

/// Codes of this folder: E1001–E1049 for the text of a file, E1050–E1099 for the types in it.
namespace sluice::config::codes {

inline constexpr Code not_yaml{1001};
inline constexpr Code not_json{1002};
inline constexpr Code duplicate_key{1003};
inline constexpr Code unknown_tag{1004};
inline constexpr Code too_deep{1005};
inline constexpr Code too_many_nodes{1006};
inline constexpr Code alias_cycle{1007};
inline constexpr Code unknown_alias{1008};
inline constexpr Code not_utf8{1009};
inline constexpr Code too_large{1010};
inline constexpr Code tab_indentation{1011};
inline constexpr Code several_documents{1012};
inline constexpr Code empty_document{1013};
inline constexpr Code key_not_text{1014};
inline constexpr Code bad_merge{1015};
inline constexpr Code control_character{1016};
inline constexpr Code tag_mismatch{1017};

inline constexpr Code unknown_key{1050};
inline constexpr Code missing_key{1051};
inline constexpr Code wrong_type{1052};
inline constexpr Code unknown_value{1053};
inline constexpr Code out_of_range{1054};
inline constexpr Code empty_list{1055};
inline constexpr Code bad_duration{1056};
inline constexpr Code bad_arn{1057};
inline constexpr Code bad_name{1058};
inline constexpr Code empty_text{1059};

}  // namespace sluice::config::codes

namespace sluice::config {
std::span<Explanation const> text_explanations();
}
