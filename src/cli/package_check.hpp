#pragma once

#include <filesystem>
#include <vector>

#include "config/diagnostic.hpp"
#include "dialect/compile.hpp"

namespace sluice::cli {

/// Looks at every package once, from its first byte to its last, and changes nothing: that it is
/// there, that Lambda would take it, and that it can be sent. What is wrong is reported where the
/// release file names it. Paths are relative to `folder`.
void check_packages(std::vector<dialect::LocalPackage> const& packages,
                    std::filesystem::path const& folder, config::Diagnostics& diagnostics);

}  // namespace sluice::cli
