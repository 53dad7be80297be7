#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace sluice::local {

/// Writes the runtime loops that this program carries (loops/node.mjs, loops/python.py) into a
/// folder, which is made where it is missing.
Result<void> write_loops(std::filesystem::path const& folder);

}  // namespace sluice::local
