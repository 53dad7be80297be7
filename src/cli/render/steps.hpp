#pragma once

#include <string>
#include <string_view>

#include "cli/render/view.hpp"

namespace sluice::cli {

/// What a finished step brought about, by its kind: "version 8", "version 7, 10 % to version 8".
std::string step_detail(RunView const& view, std::string_view path);
/// Whether a step of that kind may take long enough that its start is worth a line.
bool takes_long(std::string_view kind);

}  // namespace sluice::cli
