#pragma once

#include <string_view>

namespace sluice::net {

/// A name of a method or a header field (RFC 9110, section 5.6.2).
bool is_token(std::string_view text);
/// Without control characters, which would let a value end its line and start another field.
bool is_field_value(std::string_view text);

}  // namespace sluice::net
