#pragma once

#include <string_view>

namespace sluice::local {

/// Whether the text is one JSON document (RFC 8259). An event's payload is passed on as it is, so
/// it is only checked here: duplicate names and numbers of any size are the function's own
/// business. Nesting over 1,000 is refused.
bool is_json_text(std::string_view text);

}  // namespace sluice::local
