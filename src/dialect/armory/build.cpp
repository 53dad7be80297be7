#include "dialect/armory/build.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/strings.hpp"
#include "config/codes_armory.hpp"
#include "config/codes_plan.hpp"
#include "config/render.hpp"
#include "dialect/armory/check.hpp"
#include "dialect/armory/steps.hpp"
#include "dialect/target_tree.hpp"
#include "dialect/unique_names.hpp"

namespace sluice::dialect::armory {
namespace {

using config::in_quotes;
namespace codes = config::codes;

class Builder {
 public:
  Builder(ArmoryFile const& file, CompileOptions const& options, config::Diagnostics& diagnostics)
      : file_(file), options_(options), diagnostics_(diagnostics) {
    UniqueNames names;
    for (auto const& target : file.targets) {
      target_names_.push_back(target.name.text);
      nodes_[target.name.text] = names.unique(node_name(target.name.text));
    }
  }

  plan::Plan build() {
    plan_.name = options_.application.value_or(file_.application.text);
    plan_.description = file_.description;
    plan_.locks = {{"application:" + plan_.name, file_.busy}};
    for (auto const& spec : file_.targets) add_target(spec);
    check_targets();
    keep(wanted());
    plan_.context = context();
    plan_.root = tree();
    check_size();
    return std::move(plan_);
  }

 private:
  void add_target(TargetSpec const& spec) {
    plan::Target target;
    target.name = spec.name.text;
    target.region = spec.region;
    target.role = spec.role;
    // The label is for people; it counts where it is the number of the role's own account.
    if (split(spec.role, ':').size() > 4 && split(spec.role, ':')[4] == spec.account.text)
      target.account = spec.account.text;
    plan_.targets.push_back(std::move(target));
    for (auto const& option : file_.options)
      if (option.target.text == spec.name.text) add_release(option);
  }

  void add_release(OptionSpec const& option) {
    auto artifact = std::ranges::find(file_.artifacts, option.function.text,
                                      [](ArtifactSpec const& one) { return one.function.text; });
    if (artifact == file_.artifacts.end()) return;
    plan::Release release;
    release.id = nodes_.at(option.target.text) + "/" + option.function.text;
    release.target = option.target.text;
    release.function = option.function.text;
    release.alias = alias_of(file_, option.target.text, option.function.text);
    release.configuration = json::Value{
        {"Role", option.role}, {"Handler", option.handler}, {"Runtime", option.runtime}};
    release.package = artifact->package;
    release.missing_alias = plan::Release::MissingAlias::create_at_end;
    plan_.releases.push_back(std::move(release));
  }

  void check_targets() {
    std::vector<TargetPlace> places;
    for (auto const& spec : file_.targets) {
      TargetPlace place{plan_.target(spec.name.text), spec.name.span, {}};
      for (auto const& need : spec.depends_on) place.needs.push_back({need.text, need.span});
      places.push_back(std::move(place));
    }
    check_needs(places, diagnostics_);
    check_collisions(places, plan_.releases, diagnostics_);
  }

  /// The command line's targets, else the file's own filter; none means all.
  std::vector<std::string> wanted() {
    std::vector<std::string> names;
    if (options_.targets.empty())
      for (auto const& filter : file_.filters) names.push_back(filter.text);
    for (auto const& name : options_.targets) {
      names.push_back(name);
      if (std::ranges::find(target_names_, name) != target_names_.end()) continue;
      auto source = config::make_source("--target", name);
      auto guess = nearest(name, target_names_);
      diagnostics_.error(codes::undeclared_target, config::make_span(source, 0, name.size()),
                         "--target names " + in_quotes(name) + ", which is not declared",
                         {.help = guess ? "did you mean " + in_quotes(*guess) + "?"
                                        : "declared are: " + join(target_names_, ", ")});
    }
    return names;
  }

  void keep(std::vector<std::string> const& only) {
    if (only.empty()) return;
    auto out = [&](std::string const& name) { return std::ranges::find(only, name) == only.end(); };
    std::erase_if(plan_.releases, [&](auto const& release) { return out(release.target); });
    std::erase_if(plan_.targets, [&](auto const& target) { return out(target.name); });
  }

  json::Value context() const {
    Context values = options_.set;
    values.insert(file_.context.begin(), file_.context.end());
    Context accounts;
    for (auto const& spec : file_.targets)
      if (plan_.target(spec.name.text)) accounts[spec.name.text] = spec.account.text;
    json::Value out{{"application", plan_.name}};
    if (!values.empty()) out.set("context", json::object_of(values));
    out.set("accounts", json::object_of(accounts));
    return out;
  }

  plan::Node tree() {
    std::vector<TargetBranch> branches;
    for (auto const& spec : file_.targets)
      if (plan_.target(spec.name.text)) branches.push_back(branch(spec));
    plan::Node root = target_tree(std::move(branches));
    for (auto& child : root.children)
      for (auto const& [target, node] : nodes_)
        if (child.name == node && target != node) child.title = target;
    return root;
  }

  TargetBranch branch(TargetSpec const& spec) {
    StepContext context{file_, plan_.name, options_.set, spec, {}, diagnostics_, budget_};
    for (auto const& release : plan_.releases)
      if (release.target == spec.name.text) context.releases.push_back(&release);
    TargetBranch branch;
    branch.name = nodes_.at(spec.name.text);
    // A dependency that was filtered out counts as satisfied.
    for (auto const& need : spec.depends_on)
      if (plan_.target(need.text)) branch.needs.push_back(nodes_.at(need.text));
    branch.before = gate_nodes(context, spec.before, Gate::before);
    branch.after = gate_nodes(context, spec.after, Gate::after);
    Steps const* steps = strategy_of(file_, spec);
    auto strategy = steps ? strategy_steps(context, *steps) : std::vector<StrategyStep>();
    branch.release = release_scope(context.releases, strategy, {});
    branch.release.timeout = plan::Timeout{file_.timeout, plan::Timeout::Counts::work};
    return branch;
  }

  void check_size() {
    if (!budget_.exceeded()) return;
    bool steps = budget_.leaves > limits::plan_leaves;
    diagnostics_.error(
        codes::too_large_a_plan, file_.targets.front().name.span,
        steps ? "this file stands for more than " + std::to_string(limits::plan_leaves) + " steps"
              : "the texts of all steps together are larger than " +
                    std::to_string(limits::document_text_bytes) + " bytes",
        {.cause = "a strategy counts once per target and function, a text once per step",
         .help = "split the file by targets"});
  }

  ArmoryFile const& file_;
  CompileOptions const& options_;
  config::Diagnostics& diagnostics_;
  std::vector<std::string> target_names_;
  std::map<std::string, std::string> nodes_;  ///< a target's node by its name
  Budget budget_;
  plan::Plan plan_;
};

}  // namespace

plan::Plan build_plan(ArmoryFile const& file, CompileOptions const& options,
                      config::Diagnostics& diagnostics) {
  return Builder(file, options, diagnostics).build();
}

}  // namespace sluice::dialect::armory
