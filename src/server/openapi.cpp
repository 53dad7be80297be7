#include "server/openapi.hpp"

// Embedded by openapi.S.
extern "C" char const sluice_openapi[];

namespace sluice::server {

std::string_view openapi_document() { return sluice_openapi; }

}  // namespace sluice::server
