#include "base/strings.hpp"
#include "config/codes_armory.hpp"
#include "config/codes_text.hpp"
#include "config/render.hpp"
#include "dialect/armory/file.hpp"

/// Reads `targets` and `strategies`.
namespace sluice::dialect::armory {
namespace {

using config::in_quotes;
using config::MapReader;
namespace codes = config::codes;

TargetSpec read_target(MapReader& reader, Text name) {
  TargetSpec target;
  target.name = std::move(name);
  target.account = required_text(reader, "account");
  target.role = required_role(reader, "deployAsIamRole");
  target.region = required_name(reader, "region", {.max_length = 32, .also = "-"}).text;
  target.strategy = optional_text(reader, "strategy");
  if (auto constraints = reader.map("constraints")) {
    target.depends_on = texts(*constraints, "dependsOn", config::Empty::refused);
    target.before = read_steps(*constraints, "beforeDeployment", true);
    target.after = read_steps(*constraints, "afterDeployment", true);
    constraints->done();
  }
  reader.accept({"namespace"});  // Means something to Kubernetes only.
  reader.done();
  return target;
}

Steps read_canary(MapReader& reader) {
  reader.required_value("steps");
  Steps steps = read_steps(reader, "steps", false);
  reader.done();
  return steps;
}

Steps read_strategy(MapReader& reader, Text const& name) {
  if (reader.has("blueGreen")) {
    reader.error("blueGreen", codes::unknown_strategy_type,
                 "strategy " + in_quotes(name.text) + " is blue/green, which Lambda does not have",
                 "write `canary:` with steps; a single setWeight of 100 moves all traffic at once");
    return {};
  }
  if (reader.has("steps") && !reader.has("canary")) {
    reader.diagnostics().warning(
        codes::strategy_without_type, reader.span_of_key("steps"),
        "strategy " + in_quotes(name.text) + " names no type and is read as canary",
        {.cause = "the steps of a strategy stand below its type",
         .help = "put `canary:` above `steps:`"});
    return read_canary(reader);
  }
  if (!reader.has("canary")) {
    auto const& entries = reader.node().entries();
    std::string other = entries.empty() ? "" : entries.front().key;
    auto meant = nearest(other, std::vector<std::string>{"canary"});
    reader.diagnostics().error(
        codes::unknown_strategy_type, entries.empty() ? name.span : entries.front().key_span,
        entries.empty() ? "strategy " + in_quotes(name.text) + " names no type"
                        : in_quotes(other) + " is not a type of strategy",
        {.help = meant ? "did you mean " + in_quotes("canary") + "?"
                       : "write `canary:` with its steps"});
    return {};
  }
  auto canary = reader.required_map("canary");
  Steps steps = canary ? read_canary(*canary) : Steps();
  reader.done();
  return steps;
}

}  // namespace

std::vector<TargetSpec> read_targets(MapReader& root) {
  std::vector<TargetSpec> targets;
  auto map = root.required_map("targets");
  if (!map) return targets;
  if (map->node().entries().empty())
    root.error("targets", codes::empty_list, "a release needs at least one target");
  for (auto const& entry : map->node().entries()) {
    if (entry.key.empty())
      root.diagnostics().error(codes::empty_text, entry.key_span, "a target needs a name");
    if (auto reader = map->required_map(entry.key))
      targets.push_back(read_target(*reader, {entry.key, entry.key_span}));
  }
  return targets;
}

std::vector<StrategySpec> read_strategies(MapReader& root) {
  std::vector<StrategySpec> strategies;
  auto map = root.map("strategies");
  if (!map) return strategies;
  for (auto const& entry : map->node().entries())
    if (auto reader = map->required_map(entry.key)) {
      Text name{entry.key, entry.key_span};
      Steps steps = read_strategy(*reader, name);
      strategies.push_back({std::move(name), std::move(steps)});
    }
  return strategies;
}

}  // namespace sluice::dialect::armory
