#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/reader.hpp"
#include "dialect/release_scope.hpp"
#include "plan/steps.hpp"

namespace sluice::dialect::native {

/// One step as a file says it, before it is known for which functions of which target.
struct NativeStep {
  using Action = std::variant<plan::ShiftStep, plan::CheckStep, plan::PauseStep, plan::ApprovalStep,
                              plan::WebhookStep, plan::InvokeStep>;
  std::string name;  ///< of the node; its action's usual name unless the file gives one
  Action action;
  std::string candidate;  ///< of an invoke: only this function's candidate; empty: every one's
  config::Span span;
  bool always = false;  ///< of a pause: also where no traffic moves (`wait`)
};
using Steps = std::vector<NativeStep>;

/// What steps may refer to.
struct StepContext {
  plan::CheckStep check;  ///< what `watch` starts from
  bool watches = false;   ///< the file has a `check:` section
  std::map<std::string, plan::WebhookStep> webhooks;
  std::map<std::string, Steps> strategies;
};

/// `check:`, and the mapping form of `watch`: takes its keys, leaves what is not said as it is.
void read_check(config::MapReader& reader, plan::CheckStep& check);
plan::WebhookStep read_webhook(config::Node const& node, std::string name,
                               config::Diagnostics& diagnostics);

/// A list of steps; weights must not decrease.
Steps read_steps(config::Node const& node, StepContext const& context,
                 config::Diagnostics& diagnostics);
/// A list of steps, or the name of a declared or predefined strategy.
Steps read_strategy(config::Node const& node, StepContext const& context,
                    config::Diagnostics& diagnostics);
/// A list of steps that wait or ask: pause, approve, webhook, invoke with `function`.
Steps read_gates(config::Node const& node, StepContext const& context, bool after_release,
                 config::Diagnostics& diagnostics);

/// CodeDeploy's predefined deployment configurations for Lambda, with and without their prefix
/// "CodeDeployDefault.Lambda". Between two shifts they wait; with a `check:` section they watch.
std::optional<Steps> predefined_strategy(std::string_view name, StepContext const& context,
                                         config::Span const& span);
std::vector<std::string> predefined_names();

/// The steps for these functions of a target.
std::vector<StrategyStep> strategy_for(Steps const& steps, std::string const& target,
                                       std::vector<plan::Release const*> const& releases);
/// Gates as nodes with names of their own.
std::vector<plan::Node> gates_for(Steps const& gates, std::string const& target,
                                  std::vector<plan::Release const*> const& releases);

}  // namespace sluice::dialect::native
