#pragma once

#include <vector>

#include "plan/plan.hpp"

namespace sluice::server {

/// The root of a rollback that is a run of its own: every release is restored, whatever becomes of
/// the others.
plan::Node restore_tree(std::vector<plan::Release> const& releases);

}  // namespace sluice::server
