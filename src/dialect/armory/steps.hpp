#pragma once

#include "dialect/armory/file.hpp"
#include "dialect/release_scope.hpp"

/// From the steps of a file to nodes of one target.
namespace sluice::dialect::armory {

/// What a file grows to: a strategy counts once per target and function, a template once per step,
/// and a variable may stand in it many times. Over limits::plan_leaves steps or
/// limits::document_text_bytes bytes nothing more is made, and the file is refused.
struct Budget {
  std::size_t leaves = 0;
  std::size_t bytes = 0;
  bool exceeded() const;
};

/// What the steps of a target refer to. All must outlive the nodes' making.
struct StepContext {
  ArmoryFile const& file;
  std::string application;
  Context const& set;  ///< --add-context: wins over what file and step say
  TargetSpec const& target;
  std::vector<plan::Release const*> releases;  ///< of the target
  config::Diagnostics& diagnostics;
  Budget& budget;
};

enum class Gate { before, after };

/// Names were checked before (check.hpp); steps whose names are not declared are left out.
std::vector<StrategyStep> strategy_steps(StepContext const& context, Steps const& steps);
std::vector<plan::Node> gate_nodes(StepContext const& context, Steps const& steps, Gate gate);

/// A target's or webhook's name as a node's: free text may hold what paths are made of.
std::string node_name(std::string_view name);

}  // namespace sluice::dialect::armory
