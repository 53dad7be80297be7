#pragma once

#include "dialect/armory/file.hpp"

namespace sluice::dialect::armory {

/// Reports what the parts of a file say about each other: names that are not declared or declared
/// twice, artifacts, options and aliases that do not meet, queries without a provider, and what is
/// allowed and probably not meant.
void check_file(ArmoryFile const& file, config::Diagnostics& diagnostics);

/// The alias of a function in a target; empty without one.
std::string alias_of(ArmoryFile const& file, std::string const& target,
                     std::string const& function);
/// The steps of a target's strategy; none without one.
Steps const* strategy_of(ArmoryFile const& file, TargetSpec const& target);

}  // namespace sluice::dialect::armory
