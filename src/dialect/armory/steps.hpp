#pragma once

#include "dialect/armory/file.hpp"
#include "dialect/release_scope.hpp"

/// From the steps of a file to nodes of one target.
namespace sluice::dialect::armory {

/// What the steps of a target refer to. All must outlive the nodes' making.
struct StepContext {
  ArmoryFile const& file;
  std::string application;
  Context const& set;  ///< --add-context: wins over what file and step say
  TargetSpec const& target;
  std::vector<plan::Release const*> releases;  ///< of the target
  config::Diagnostics& diagnostics;
};

enum class Gate { before, after };

/// Names were checked before (check.hpp); steps whose names are not declared are left out.
std::vector<StrategyStep> strategy_steps(StepContext const& context, Steps const& steps);
std::vector<plan::Node> gate_nodes(StepContext const& context, Steps const& steps, Gate gate);

/// A target's or webhook's name as a node's: free text may hold what paths are made of.
std::string node_name(std::string_view name);

}  // namespace sluice::dialect::armory
