#pragma once

#include <string>
#include <string_view>

#include "cli/invocation.hpp"

namespace sluice::cli {

/// "sluice resume d-7QK2M9XTA --state /var/sluice": a command to tell the user, which finds the
/// journal that this one works on. `words` is what follows "sluice".
std::string next_command(Invocation const& invocation, std::string_view words);

}  // namespace sluice::cli
