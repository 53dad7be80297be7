#pragma once

#include <string_view>

namespace sluice::bench {

/// Serves until SIGTERM: "static" answers every request with the same few bytes, "endpoint" is the
/// local AWS endpoint, running functions for real, without throttling. Prints its URL first.
int serve(std::string_view what);

}  // namespace sluice::bench
