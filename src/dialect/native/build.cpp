#include <algorithm>
#include <set>

#include "base/strings.hpp"
#include "config/codes_plan.hpp"
#include "config/render.hpp"
#include "dialect/native/file.hpp"
#include "dialect/target_tree.hpp"

/// From a file that was read to a plan: names are looked up, rules about several things checked.
namespace sluice::dialect::native {
namespace {

namespace codes = config::codes;
using Releases = std::vector<plan::Release const*>;

class Builder {
 public:
  Builder(NativeFile const& file, config::Diagnostics& diagnostics)
      : file_(file), diagnostics_(diagnostics) {
    for (auto const& function : file.functions) function_names_.push_back(function.key);
    for (auto const& target : file.targets) target_names_.push_back(target.target.name);
  }

  plan::Plan build(CompileOptions const& options) {
    plan_.name = file_.name.empty() ? join(function_names_, ", ") : file_.name;
    plan_.description = file_.description;
    plan_.external_change = file_.external_change;
    plan_.hold_timeout = file_.hold_timeout;
    plan_.rollback_patience = file_.rollback_patience;
    for (auto const& spec : file_.targets) add_target(spec);
    check_targets();
    check_strategies();
    keep(options.targets);
    if (options.on_local_package) tell_packages(options.on_local_package);
    plan_.locks = file_.locks.value_or(release_locks(plan_, file_.when_busy));
    plan_.root = tree();
    return std::move(plan_);
  }

 private:
  bool is_declared(std::string const& name, config::Span const& span,
                   std::vector<std::string> const& names, std::string_view what) {
    if (std::ranges::find(names, name) != names.end()) return true;
    auto guess = nearest(name, names);
    diagnostics_.error(
        codes::undeclared_name, span,
        std::string(what) + " " + config::in_quotes(name) + " is not declared",
        {.help = guess ? "did you mean '" + *guess + "'?" : "declared are: " + join(names, ", ")});
    return false;
  }

  void add_target(TargetSpec const& spec) {
    plan_.targets.push_back(spec.target);
    std::map<std::string, FunctionSpec const*> overrides;
    for (auto const& over : spec.overrides)
      if (is_declared(over.key, over.span, function_names_, "function"))
        overrides[over.key] = &over;
    std::set<std::string> names;
    for (FunctionSpec const* function : functions_of(spec)) {
      FunctionSettings settings = function->settings;
      auto over = overrides.find(function->key);
      if (over != overrides.end()) settings = overlaid(std::move(settings), over->second->settings);
      check_settings(settings, diagnostics_);
      plan::Release release = release_of(settings, spec.target.name, function->key);
      package_places_[release.id] = settings.places["package"];
      if (!names.insert(plain_function_name(release.function)).second)
        diagnostics_.error(codes::function_twice, function->span,
                           "target " + config::in_quotes(spec.target.name) + " releases function " +
                               config::in_quotes(release.function) + " twice",
                           {.help = "a run releases a function once per target"});
      plan_.releases.push_back(std::move(release));
    }
  }

  std::vector<FunctionSpec const*> functions_of(TargetSpec const& spec) {
    std::vector<FunctionSpec const*> chosen;
    if (spec.functions.empty())
      for (auto const& function : file_.functions) chosen.push_back(&function);
    for (auto const& name : spec.functions) {
      if (!is_declared(name.text, name.span, function_names_, "function")) continue;
      auto found = std::ranges::find(file_.functions, name.text, &FunctionSpec::key);
      chosen.push_back(&*found);
    }
    return chosen;
  }

  void check_targets() {
    std::vector<TargetPlace> places;
    for (auto const& spec : file_.targets) {
      TargetPlace place{plan_.target(spec.target.name), spec.span, {}};
      for (auto const& need : spec.after) place.needs.push_back({need.text, need.span});
      places.push_back(std::move(place));
    }
    check_needs(places, diagnostics_);
    check_collisions(places, plan_.releases, diagnostics_);
  }

  void check_strategies() {
    for (auto const& spec : file_.targets) {
      for (plan::Release const* release : releases_of(spec.target.name))
        if (release->alias.empty()) check_shifts(spec, *release);
      for (auto const* steps : {&spec.strategy, &spec.after_release})
        for (auto const& step : *steps)
          if (!step.candidate.empty())
            is_declared(step.candidate, step.span, function_names_, "function");
    }
  }

  void check_shifts(TargetSpec const& spec, plan::Release const& release) {
    for (auto const& step : spec.strategy) {
      auto const* shift = std::get_if<plan::ShiftStep>(&step.action);
      if (!shift || shift->weight >= 100) continue;
      diagnostics_.error(codes::shift_without_alias, step.span,
                         "function " + config::in_quotes(release.function) +
                             " has no alias whose "
                             "traffic could be split",
                         {.cause = "a weight is a property of an alias",
                          .help = "add 'alias: live' to the function, or shift to 100 at once"});
      return;
    }
  }

  Releases releases_of(std::string const& target) const {
    Releases releases;
    for (auto const& release : plan_.releases)
      if (release.target == target) releases.push_back(&release);
    return releases;
  }

  /// Leaves out the targets that were not asked for.
  void keep(std::vector<std::string> const& only) {
    for (auto const& name : only) {
      auto source = config::make_source("--target", name);
      if (std::ranges::find(target_names_, name) != target_names_.end()) continue;
      auto guess = nearest(name, target_names_);
      diagnostics_.error(codes::undeclared_target, config::make_span(source, 0, name.size()),
                         "--target names " + config::in_quotes(name) + ", which is not declared",
                         {.help = guess ? "did you mean '" + *guess + "'?"
                                        : "declared are: " + join(target_names_, ", ")});
    }
    if (only.empty()) return;
    auto out = [&](std::string const& name) { return std::ranges::find(only, name) == only.end(); };
    std::erase_if(plan_.releases, [&](auto const& release) { return out(release.target); });
    std::erase_if(plan_.targets, [&](auto const& target) { return out(target.name); });
  }

  void tell_packages(std::function<void(LocalPackage const&)> const& tell) const {
    for (auto const& release : plan_.releases) {
      auto kind = release.package.kind;
      bool local = kind == plan::Package::Kind::folder || kind == plan::Package::Kind::zip;
      if (local) tell({release.package, package_places_.at(release.id)});
    }
  }

  plan::Node tree() const {
    std::vector<TargetBranch> branches;
    for (auto const& spec : file_.targets)
      if (plan_.target(spec.target.name)) branches.push_back(branch(spec));
    return target_tree(std::move(branches));
  }

  TargetBranch branch(TargetSpec const& spec) const {
    std::string const& name = spec.target.name;
    Releases releases = releases_of(name);
    TargetBranch branch;
    branch.name = name;
    // A dependency that was filtered out counts as satisfied.
    for (auto const& need : spec.after)
      if (plan_.target(need.text)) branch.needs.push_back(need.text);
    branch.before = gates_for(spec.before, name, releases);
    branch.after = gates_for(spec.after_release, name, releases);
    ScopeOptions options;
    options.external_change = file_.external_change;
    options.hold_timeout = file_.hold_timeout;
    branch.release = release_scope(releases, strategy_for(spec.strategy, name, releases), options);
    if (spec.work_timeout)
      branch.release.timeout = plan::Timeout{*spec.work_timeout, plan::Timeout::Counts::work};
    if (!spec.alarms.names.empty()) branch.release.guards.push_back(guard(spec.alarms, name));
    return branch;
  }

  static plan::Node guard(plan::AlarmsStep alarms, std::string const& target) {
    alarms.target = target;
    plan::Node node = plan::leaf("alarms", alarms);
    node.title = (alarms.names.size() == 1 ? "alarm " : "alarms ") + join(alarms.names, ", ");
    return node;
  }

  NativeFile const& file_;
  config::Diagnostics& diagnostics_;
  std::vector<std::string> function_names_, target_names_;
  std::map<std::string, config::Span> package_places_;  // by release
  plan::Plan plan_;
};

}  // namespace

plan::Plan build_plan(NativeFile const& file, CompileOptions const& options,
                      config::Diagnostics& diagnostics) {
  return Builder(file, diagnostics).build(options);
}

}  // namespace sluice::dialect::native
