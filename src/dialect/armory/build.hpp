#pragma once

#include "dialect/armory/file.hpp"
#include "dialect/compile.hpp"

namespace sluice::dialect::armory {

/// From a file to a plan; reports what only shows when names are looked up.
plan::Plan build_plan(ArmoryFile const& file, CompileOptions const& options,
                      config::Diagnostics& diagnostics);

}  // namespace sluice::dialect::armory
