#include "dialect/codedeploy/codedeploy.hpp"

#include <set>

#include "base/strings.hpp"
#include "config/codes_codedeploy.hpp"
#include "config/codes_plan.hpp"
#include "config/codes_text.hpp"
#include "config/render.hpp"
#include "dialect/codedeploy/app_spec.hpp"
#include "dialect/codedeploy/deployment.hpp"
#include "dialect/codedeploy/named_configuration.hpp"
#include "dialect/target_tree.hpp"

namespace sluice::dialect {
namespace {

namespace codes = config::codes;
using config::in_quotes;

constexpr char usual_configuration[] = "CodeDeployDefault.LambdaAllAtOnce";
constexpr std::size_t longest_alarm_name = 255;  // CloudWatch API, AlarmName

/// An option's value as a place that a message can point at.
config::Span place_of(std::string const& option, std::string const& value) {
  return config::make_span(config::make_source(option, value), 0, value.size());
}

class Options {
 public:
  Options(CompileOptions const& options, config::Diagnostics& diagnostics)
      : options_(options), diagnostics_(diagnostics) {}

  void apply(codedeploy::Deployment& deployment) {
    refuse_others();
    take_configuration(deployment);
    take_alarms(deployment);
    take_hook_timeout(deployment);
    bool back = options_.app_spec.roll_back;
    deployment.roll_back_on_failure = back;
    deployment.roll_back_on_alarm = back;
    deployment.roll_back_on_stop = back;
    deployment.hooks_reported = options_.app_spec.hooks_reported;
    deployment.hold_external_change = true;
    deployment.name = options_.application.value_or("");
  }

 private:
  void refuse_others() {
    for (auto const& [name, value] : options_.set)
      diagnostics_.error(
          codes::misplaced_option, place_of("--set", name),
          "an AppSpec has no variables, so " + in_quotes(name) + " cannot be given a value",
          {.help = "leave out --set, and write the versions into the file"});
    for (auto const& name : options_.targets)
      diagnostics_.error(codes::misplaced_option, place_of("--target", name),
                         "an AppSpec has no targets to choose from",
                         {.help = "leave out --target: the file deploys one function"});
  }

  void take_configuration(codedeploy::Deployment& deployment) {
    std::string name = options_.app_spec.configuration.value_or(usual_configuration);
    auto found = codedeploy::named_configuration(name);
    if (!found) {
      diagnostics_.error(found.error().code, place_of("--deployment-config", name),
                         found.error().message, {.help = found.error().help});
      return;
    }
    deployment.configuration = found->name;
    deployment.routing = found->routing;
  }

  void take_alarms(codedeploy::Deployment& deployment) {
    auto const& alarms = options_.app_spec.alarms;
    std::set<std::string> seen;
    for (auto const& name : alarms) {
      auto refuse = [&](std::string const& why, std::string const& help) {
        diagnostics_.error(codes::bad_alarms, place_of("--alarm", name), why, {.help = help});
      };
      if (name.empty() || name.size() > longest_alarm_name)
        refuse("an alarm's name has 1 to 255 characters, not " + std::to_string(name.size()),
               "give its name in CloudWatch");
      else if (!seen.insert(name).second)
        refuse("alarm " + in_quotes(name) + " is named twice", "name every alarm once");
    }
    if (alarms.size() > codedeploy::alarms_limit)
      diagnostics_.error(codes::bad_alarms, place_of("--alarm", alarms.back()),
                         std::to_string(alarms.size()) + " alarms are more than the " +
                             std::to_string(codedeploy::alarms_limit) + " of a deployment",
                         {.help = "combine some of them into a composite alarm"});
    deployment.alarms = alarms;
  }

  void take_hook_timeout(codedeploy::Deployment& deployment) {
    auto const& given = options_.app_spec.hook_timeout;
    if (!given) return;
    config::Span place = place_of("--hook-timeout", text_of(*given));
    if (*given < std::chrono::seconds(1) || *given > codedeploy::hook_limit)
      diagnostics_.error(codes::out_of_range, place, "a hook may take 1s to 1h",
                         {.help = "give a time within that"});
    auto const& spec = deployment.spec;
    bool hooks = !spec.before_hook.empty() || !spec.after_hook.empty();
    if (!hooks && !spec.function.empty())
      diagnostics_.warning(codes::misplaced_option, place,
                           "--hook-timeout changes nothing: the AppSpec names no hook");
    deployment.hook_timeout = *given;
  }

  CompileOptions const& options_;
  config::Diagnostics& diagnostics_;
};

/// What the function's ARN says of where it is.
plan::Target target_of(std::string const& function) {
  plan::Target target;
  auto parts = split(function, ':');
  if (parts.size() < 7) return target;
  target.region = parts[3];
  target.account = parts[4];
  return target;
}

class CodeDeploy : public Dialect {
 public:
  std::string_view name() const override { return "codedeploy"; }
  std::vector<std::string> keys() const override { return {"Resources"}; }

  bool recognises(config::Document const& document) const override {
    return codedeploy::looks_like_app_spec(document);
  }

  std::optional<plan::Plan> compile(config::Document const& document, CompileOptions const& options,
                                    config::Diagnostics& diagnostics) const override {
    codedeploy::AppSpecRules rules;
    rules.current_version_required = false;
    rules.unknown = options.strict ? config::Unknown::error : config::Unknown::warning;
    codedeploy::Deployment deployment;
    auto spec = codedeploy::read_app_spec(document, rules, diagnostics);
    if (spec) deployment.spec = *spec;
    Options(options, diagnostics).apply(deployment);
    if (!spec || diagnostics.has_errors()) return std::nullopt;
    deployment.source_name = document.source->name();
    deployment.target = target_of(spec->function);
    plan::Plan plan = codedeploy::plan_of(deployment);
    plan.locks = release_locks(plan, options.when_busy);
    return plan;
  }
};

}  // namespace

Dialect const& codedeploy_dialect() {
  static CodeDeploy const codedeploy;
  return codedeploy;
}

void refuse_app_spec_options(AppSpecOptions const& options, config::Diagnostics& diagnostics) {
  auto refuse = [&](std::string const& option, std::string const& value, std::string help) {
    diagnostics.error(
        codes::misplaced_option, place_of(option, value),
        option + " is for AppSpec files of AWS CodeDeploy, and this is none",
        {.cause = "other forms of release files say it themselves", .help = std::move(help)});
  };
  if (options.configuration)
    refuse("--deployment-config", *options.configuration,
           "write the steps into the file: `strategy: Canary10Percent5Minutes`, for example");
  if (options.hook_timeout)
    refuse("--hook-timeout", text_of(*options.hook_timeout), "leave it out");
  for (auto const& alarm : options.alarms)
    refuse("--alarm", alarm, "leave it out; a strategy's `watch` looks at errors by itself");
  if (!options.roll_back)
    refuse("--no-rollback", "", "leave it out: such a release always goes back when it fails");
}

}  // namespace sluice::dialect
