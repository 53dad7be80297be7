#include "dialect/armory/check.hpp"

#include <algorithm>
#include <map>

#include "base/strings.hpp"
#include "config/codes_armory.hpp"
#include "config/codes_plan.hpp"
#include "config/render.hpp"

namespace sluice::dialect::armory {
namespace {

using config::in_quotes;
namespace codes = config::codes;

template <class Items, class Member>
std::vector<std::string> names_in(Items const& items, Member member) {
  std::vector<std::string> names;
  for (auto const& item : items) names.push_back((item.*member).text);
  return names;
}

bool holds(std::vector<std::string> const& names, std::string const& name) {
  return std::ranges::find(names, name) != names.end();
}

/// Warnings about what does not meet are given only while there are no errors: an error, such as a
/// misspelt name, is mostly why it does not.
class Checker {
 public:
  Checker(ArmoryFile const& file, config::Diagnostics& diagnostics)
      : file_(file),
        diagnostics_(diagnostics),
        targets_(names_in(file.targets, &TargetSpec::name)),
        functions_(names_in(file.artifacts, &ArtifactSpec::function)),
        strategies_(names_in(file.strategies, &StrategySpec::name)),
        webhooks_(names_in(file.webhooks, &WebhookSpec::name)),
        queries_(names_in(file.analysis.queries, &QuerySpec::name)) {}

  void run() {
    refuse_twice(file_.artifacts, &ArtifactSpec::function, "artifact");
    refuse_twice(file_.webhooks, &WebhookSpec::name, "webhook");
    check_options();
    check_artifacts();
    check_traffic();
    for (auto const& target : file_.targets) check_target(target);
    for (auto const& strategy : file_.strategies) check_strategy(strategy);
    for (auto const& filter : file_.filters)
      is_declared(filter, targets_, "target", codes::undeclared_target);
  }

 private:
  /// Empty names were reported where they were read; a declaration without one may be the missing.
  bool is_declared(Text const& name, std::vector<std::string> const& names, std::string_view what,
                   config::Code code, std::string message = {}) {
    if (name.text.empty() || holds(names, name.text) || holds(names, "")) return true;
    if (message.empty())
      message = std::string(what) + " " + in_quotes(name.text) + " is not declared";
    auto meant = nearest(name.text, names);
    std::string help = "declared are: " + join(names, ", ");
    if (names.empty()) help = "this file declares no " + std::string(what);
    if (meant) help = "did you mean " + in_quotes(*meant) + "?";
    diagnostics_.error(code, name.span, std::move(message), {.help = std::move(help)});
    return false;
  }

  void refuse_second(std::map<std::string, config::Span>& seen, std::string const& key,
                     config::Span const& span, std::string const& what) {
    auto [at, is_new] = seen.emplace(key, span);
    if (is_new) return;
    diagnostics_.error(codes::declared_twice, span, what + " is declared twice",
                       {.help = "remove or rename one of them",
                        .related = {{at->second, "the other one is here"}}});
  }

  template <class Items, class Member>
  void refuse_twice(Items const& items, Member member, std::string const& what) {
    std::map<std::string, config::Span> seen;
    for (auto const& item : items) {
      Text const& name = item.*member;
      if (!name.text.empty())
        refuse_second(seen, name.text, name.span, what + " " + in_quotes(name.text));
    }
  }

  void check_options() {
    std::map<std::string, config::Span> seen;
    for (auto const& option : file_.options) {
      is_declared(option.target, targets_, "target", codes::undeclared_target);
      is_declared(option.function, functions_, "artifact", codes::option_without_artifact,
                  "no artifact has the function name " + in_quotes(option.function.text));
      if (option.function.text.empty() || option.target.text.empty()) continue;
      refuse_second(seen, option.target.text + '/' + option.function.text, option.function.span,
                    "function " + in_quotes(option.function.text) + " in target " +
                        in_quotes(option.target.text));
    }
  }

  bool has_option(std::string const& target, std::string const& function) const {
    return std::ranges::any_of(file_.options, [&](OptionSpec const& option) {
      return option.target.text == target && option.function.text == function;
    });
  }

  void check_artifacts() {
    if (diagnostics_.has_errors()) return;
    auto used = names_in(file_.options, &OptionSpec::function);
    for (auto const& artifact : file_.artifacts) {
      if (artifact.function.text.empty() || holds(used, artifact.function.text)) continue;
      diagnostics_.warning(codes::artifact_without_option, artifact.function.span,
                           "function " + in_quotes(artifact.function.text) + " goes to no target",
                           {.cause = "no provider option names it",
                            .help = "add one with its target, or remove it"});
    }
  }

  void check_traffic() {
    std::map<std::string, config::Span> seen;
    for (auto const& entry : file_.traffic) {
      for (auto const& target : entry.targets)
        is_declared(target, targets_, "target", codes::undeclared_target);
      for (auto const& alias : entry.aliases) check_alias(entry, alias, seen);
    }
  }

  void check_alias(TrafficSpec const& entry, AliasSpec const& alias,
                   std::map<std::string, config::Span>& seen) {
    Text const& function = alias.function;
    bool known = is_declared(function, functions_, "artifact", codes::alias_without_artifact,
                             "no artifact has the function name " + in_quotes(function.text));
    if (!known || function.text.empty()) return;
    auto targets = entry.targets.empty() ? targets_ : std::vector<std::string>();
    for (auto const& target : entry.targets) targets.push_back(target.text);
    for (auto const& target : targets) {
      refuse_second(
          seen, target + '/' + function.text, function.span,
          "the alias of function " + in_quotes(function.text) + " in target " + in_quotes(target));
      bool meant = entry.targets.empty() || has_option(target, function.text);
      if (meant || diagnostics_.has_errors()) continue;
      diagnostics_.warning(codes::without_effect, function.span,
                           "function " + in_quotes(function.text) + " is not released to target " +
                               in_quotes(target) + ", so its alias there is not moved",
                           {.cause = "no provider option names both",
                            .help = "add one, or take the target or the alias out"});
    }
  }

  void check_target(TargetSpec const& target) {
    check_calls(target.before);
    check_calls(target.after);
    bool has_function = std::ranges::any_of(file_.options, [&](OptionSpec const& option) {
      return option.target.text == target.name.text;
    });
    if (!has_function)
      diagnostics_.error(codes::target_without_function, target.name.span,
                         "no function is released to target " + in_quotes(target.name.text),
                         {.cause = "no provider option names it",
                          .help = "add one below `providerOptions: lambda:`"});
    if (target.strategy)
      is_declared(*target.strategy, strategies_, "strategy", codes::undeclared_name);
    check_split(target);
    check_account(target);
  }

  void check_split(TargetSpec const& target) {
    Steps const* steps = strategy_of(file_, target);
    if (!steps || diagnostics_.has_errors()) return;
    auto split = std::ranges::find_if(*steps, [](StepSpec const& step) {
      auto const* weight = std::get_if<WeightSpec>(&step.what);
      return weight && weight->percent < 100;
    });
    if (split == steps->end()) return;
    for (auto const& option : file_.options) {
      bool here = option.target.text == target.name.text;
      if (!here || !alias_of(file_, target.name.text, option.function.text).empty()) continue;
      diagnostics_.warning(codes::split_without_alias, split->span,
                           "function " + in_quotes(option.function.text) +
                               " has no alias in target " + in_quotes(target.name.text) +
                               ", so weights below 100 are passed over",
                           {.cause = "AWS splits traffic at an alias only",
                            .help = "give it one below `trafficManagement:`"});
    }
  }

  void check_account(TargetSpec const& target) {
    auto parts = split(target.role, ':');
    std::string const& label = target.account.text;
    bool number = label.size() == 12 && label.find_first_not_of("0123456789") == std::string::npos;
    if (!number || parts.size() < 5 || parts[4] == label) return;
    diagnostics_.warning(codes::account_label, target.account.span,
                         "the role of target " + in_quotes(target.name.text) +
                             " belongs to account " + parts[4] + ", not to " + label,
                         {.cause = "the release happens in the account of the role",
                          .help = "correct one of the two"});
  }

  void check_strategy(StrategySpec const& strategy) {
    check_calls(strategy.steps);
    int last = 0;
    for (auto const& step : strategy.steps) {
      auto const* weight = std::get_if<WeightSpec>(&step.what);
      if (!weight) continue;
      if (weight->percent < last)
        diagnostics_.warning(codes::weight_goes_back, step.span,
                             "this step takes traffic from the new version: from " +
                                 std::to_string(last) + " to " + std::to_string(weight->percent) +
                                 " percent",
                             {.cause = "weights normally grow",
                              .help = "it is done as written; put the steps in order otherwise"});
      last = weight->percent;
    }
  }

  void check_calls(Steps const& steps) {
    for (auto const& step : steps) {
      if (auto const* call = std::get_if<WebhookCall>(&step.what))
        is_declared(call->name, webhooks_, "webhook", codes::undeclared_name);
      if (auto const* call = std::get_if<AnalysisCall>(&step.what)) check_analysis(step, *call);
    }
  }

  /// The messages are the original client's own, so that a search for them finds this.
  void check_analysis(StepSpec const& step, AnalysisCall const& call) {
    auto refuse = [&](config::Span const& span, std::string message, std::string help) {
      diagnostics_.error(codes::analysis_incomplete, span, std::move(message),
                         {.help = std::move(help)});
    };
    if (!file_.analysis.span)
      return refuse(step.span,
                    "analysis step is present but a top-level analysis config is not defined",
                    "add `analysis:` with `queries:`");
    if (file_.analysis.queries.empty())
      return refuse(*file_.analysis.span,
                    "top-level analysis config is present but no queries are defined",
                    "add `queries:`");
    refuse_twice(file_.analysis.queries, &QuerySpec::name, "query");
    for (auto const& name : call.queries) {
      bool known = is_declared(
          name, queries_, "query", codes::analysis_incomplete,
          "query in step does not exist in top-level analysis config: " + in_quotes(name.text));
      auto query = std::ranges::find(file_.analysis.queries, name.text,
                                     [](QuerySpec const& one) { return one.name.text; });
      if (!known || query == file_.analysis.queries.end()) continue;
      if (query->provider.empty() && call.provider.empty() &&
          file_.analysis.default_provider.empty())
        refuse(query->name.span,
               "metric provider must be provided either in the analysis config, as "
               "defaultMetricProviderName, or in the query as metricProviderName",
               "add one of the two");
    }
  }

  ArmoryFile const& file_;
  config::Diagnostics& diagnostics_;
  std::vector<std::string> targets_, functions_, strategies_, webhooks_, queries_;
};

}  // namespace

void check_file(ArmoryFile const& file, config::Diagnostics& diagnostics) {
  Checker(file, diagnostics).run();
}

std::string alias_of(ArmoryFile const& file, std::string const& target,
                     std::string const& function) {
  for (auto const& entry : file.traffic) {
    bool applies =
        entry.targets.empty() ||
        std::ranges::any_of(entry.targets, [&](Text const& one) { return one.text == target; });
    if (!applies) continue;
    for (auto const& alias : entry.aliases)
      if (alias.function.text == function) return alias.alias;
  }
  return {};
}

Steps const* strategy_of(ArmoryFile const& file, TargetSpec const& target) {
  if (!target.strategy) return nullptr;
  auto found = std::ranges::find(file.strategies, target.strategy->text,
                                 [](StrategySpec const& one) { return one.name.text; });
  return found == file.strategies.end() ? nullptr : &found->steps;
}

}  // namespace sluice::dialect::armory
