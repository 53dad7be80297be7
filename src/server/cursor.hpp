#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

/// Where the next page of a list begins, for clients to hand back as they got it (operability C6).
namespace sluice::server {

/// `list` names the list with its filters: the cursor fits no other.
std::string cursor_to(std::string_view list, std::string_view place);
/// invalid_input: no cursor, or one of another list.
Result<std::string> place_of(std::string_view list, std::string_view cursor);

}  // namespace sluice::server
