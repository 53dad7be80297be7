#pragma once

#include <variant>

#include "dialect/armory/values.hpp"
#include "plan/plan.hpp"

/// A deployment file as it was read, before names are looked up.
namespace sluice::dialect::armory {

struct WeightSpec {
  int percent = 100;
};
struct WaitSpec {
  Duration duration{};
};
struct ApprovalSpec {
  std::vector<std::string> roles;
  std::optional<Duration> expiration;
};
struct WebhookCall {
  Text name;
  Context context;
};
struct AnalysisCall {
  std::vector<Text> queries;
  Duration interval{};
  int runs = 1;                  ///< their average is what the limits judge
  bool confirm_back = false;     ///< a person confirms the rollback
  bool confirm_forward = false;  ///< a person confirms going on
  std::string provider;          ///< empty: the query's, else the default one
  Context context;
  bool growing = false;        ///< each run looks back to the start, not only one interval
  bool stop_at_first = false;  ///< the first failing run decides
};

/// A step of a strategy or a condition before or after a target.
struct StepSpec {
  std::variant<WeightSpec, WaitSpec, ApprovalSpec, WebhookCall, AnalysisCall> what;
  config::Span span;
};
using Steps = std::vector<StepSpec>;

struct TargetSpec {
  Text name;
  Text account;  ///< a label for people; resolved to nothing
  std::string role;
  std::string region;
  std::optional<Text> strategy;  ///< none: straight to 100 %
  std::vector<Text> depends_on;
  Steps before;
  Steps after;
};

struct StrategySpec {
  Text name;
  Steps steps;
};

struct ArtifactSpec {
  Text function;
  plan::Package package;
};

/// How one function is set up in one target.
struct OptionSpec {
  Text target;
  Text function;
  std::string role;
  std::string handler;
  std::string runtime;
};

struct AliasSpec {
  Text function;
  std::string alias;
};
struct TrafficSpec {
  std::vector<Text> targets;  ///< none: all targets
  std::vector<AliasSpec> aliases;
};

struct QuerySpec {
  Text name;
  Text text;
  std::optional<double> upper;
  std::optional<double> lower;
  std::string provider;
};
struct AnalysisSpec {
  std::optional<config::Span> span;  ///< none: there is no such block
  std::string default_provider;
  std::vector<QuerySpec> queries;
};

struct WebhookSpec {
  Text name;
  std::string method = "POST";
  Text uri;
  std::vector<std::pair<std::string, Text>> headers;
  Text body;
  int retries = 0;
  bool callback = true;
  bool through_agent = false;
  std::string agent;
};

struct ArmoryFile {
  Text application;
  std::string description;
  Context context;
  Duration timeout = std::chrono::minutes(30);
  plan::Lock::Busy busy = plan::Lock::Busy::reject;
  std::vector<TargetSpec> targets;
  std::vector<StrategySpec> strategies;
  std::vector<ArtifactSpec> artifacts;
  std::vector<OptionSpec> options;
  std::vector<TrafficSpec> traffic;
  AnalysisSpec analysis;
  std::vector<WebhookSpec> webhooks;
  std::vector<Text> filters;  ///< none: every target
};

/// Reads all of it; what is wrong is in `diagnostics`, and reading goes on.
ArmoryFile read_file(config::Node const& root, config::Unknown unknown,
                     config::Diagnostics& diagnostics);

// The parts of it.
Steps read_steps(config::MapReader& reader, config::Key const& list, bool gate);
std::vector<TargetSpec> read_targets(config::MapReader& root);
std::vector<StrategySpec> read_strategies(config::MapReader& root);
std::vector<ArtifactSpec> read_artifacts(config::MapReader& root);
std::vector<OptionSpec> read_options(config::MapReader& root);
std::vector<TrafficSpec> read_traffic(config::MapReader& root);
AnalysisSpec read_analysis(config::MapReader& root);
std::vector<WebhookSpec> read_webhooks(config::MapReader& root);

}  // namespace sluice::dialect::armory
