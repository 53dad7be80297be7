#pragma once

#include <string_view>

namespace sluice::server {

/// docs/reference/openapi.json, as it was when this program was built.
std::string_view openapi_document();

}  // namespace sluice::server
