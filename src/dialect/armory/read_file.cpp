#include <algorithm>

#include "config/codes_armory.hpp"
#include "config/render.hpp"
#include "dialect/armory/file.hpp"

namespace sluice::dialect::armory {
namespace {

using config::MapReader;
namespace codes = config::codes;

void read_deployment_config(MapReader& root, ArmoryFile& file) {
  auto reader = root.map("deploymentConfig");
  if (!reader) return;
  if (auto timeout = required_duration_map(*reader, "timeout")) {
    file.timeout = *timeout;
    if (*timeout < std::chrono::minutes(1))
      reader->error("timeout", codes::timeout_too_short,
                    "timeout must be equal to or greater than 1 minute");
  }
  if (auto busy = reader->map("ifDeploymentInProgress")) {
    file.busy = busy->required_one_of<plan::Lock::Busy>(
        "strategy",
        {{"reject", plan::Lock::Busy::reject}, {"enqueueOne", plan::Lock::Busy::enqueue_one}},
        config::Letters::any_case);
    busy->done();
  }
  reader->accept({"keepDeploymentObject"});  // Means something to Kubernetes only.
  reader->done();
}

std::vector<Text> read_filters(MapReader& root) {
  std::vector<Text> filters;
  for (auto& reader : root.maps("targetFilters", config::Empty::refused)) {
    filters.push_back(required_text(reader, "includeTarget"));
    reader.done();
  }
  return filters;
}

bool uses_analysis(Steps const& steps) {
  return std::ranges::any_of(
      steps, [](StepSpec const& step) { return std::holds_alternative<AnalysisCall>(step.what); });
}

bool uses_analysis(ArmoryFile const& file) {
  auto in_target = [](TargetSpec const& target) {
    return uses_analysis(target.before) || uses_analysis(target.after);
  };
  auto in_strategy = [](StrategySpec const& strategy) { return uses_analysis(strategy.steps); };
  return std::ranges::any_of(file.targets, in_target) ||
         std::ranges::any_of(file.strategies, in_strategy);
}

/// Blocks that nothing uses are common: what is wrong in them is no reason to refuse a release.
void read_analysis_block(config::Node const& node, config::Unknown unknown, ArmoryFile& file,
                         config::Diagnostics& diagnostics) {
  config::Diagnostics own;
  MapReader root(node, own, unknown, "the deployment file");
  file.analysis = read_analysis(root);
  bool used = uses_analysis(file);
  for (auto problem : own.list()) {
    if (!used) problem.severity = config::Severity::warning;
    diagnostics.add(std::move(problem));
  }
}

/// What belongs to Kubernetes deployments, or has no known meaning, and is left alone here.
void warn_of_ineffective(MapReader& root) {
  for (char const* key : {"manifests", "contextOverrides"}) {
    if (!root.has(key)) continue;
    root.accept({key});
    bool manifests = std::string_view(key) == "manifests";
    root.diagnostics().warning(
        codes::without_effect, root.span_of_key(key),
        config::in_quotes(key) + " has no effect on a release of functions",
        {.cause = manifests ? "manifests belong to Kubernetes deployments" : "",
         .help = manifests ? "take it out" : "put the values into `context:`"});
  }
}

}  // namespace

ArmoryFile read_file(config::Node const& node, config::Unknown unknown,
                     config::Diagnostics& diagnostics) {
  ArmoryFile file;
  MapReader root(node, diagnostics, unknown, "the deployment file");
  // The CLI writes `files` and `sourceControl` into what it sends; stored files hold them.
  root.accept({"version", "kind", "analysis", "files", "sourceControl"});
  if (auto application = optional_text(root, "application")) file.application = *application;
  file.description = root.string("description").value_or("");
  file.context = context_of(root, "context");
  read_deployment_config(root, file);
  file.targets = read_targets(root);
  file.strategies = read_strategies(root);
  file.artifacts = read_artifacts(root);
  file.options = read_options(root);
  file.traffic = read_traffic(root);
  file.webhooks = read_webhooks(root);
  file.filters = read_filters(root);
  read_analysis_block(node, unknown, file, diagnostics);
  warn_of_ineffective(root);
  root.done();
  return file;
}

}  // namespace sluice::dialect::armory
