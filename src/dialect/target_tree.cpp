#include "dialect/target_tree.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "base/strings.hpp"
#include "config/codes_plan.hpp"
#include "config/render.hpp"

namespace sluice::dialect {
namespace {

using config::in_quotes;

std::vector<std::string> names_of(std::vector<TargetPlace> const& places) {
  std::vector<std::string> names;
  for (auto const& place : places) names.push_back(place.target->name);
  return names;
}

/// For every target those that end before it starts, directly or not. Ends on cycles too.
std::map<std::string, std::set<std::string>> earlier_targets(
    std::vector<TargetPlace> const& places) {
  std::map<std::string, std::set<std::string>> earlier;
  for (bool grew = true; grew;) {
    grew = false;
    for (auto const& place : places) {
      auto& own = earlier[place.target->name];
      std::size_t before = own.size();
      for (auto const& need : place.needs) {
        std::set<std::string> further = earlier[need.name];
        own.insert(need.name);
        own.merge(further);
      }
      grew = grew || own.size() > before;
    }
  }
  return earlier;
}

}  // namespace

plan::Node target_tree(std::vector<TargetBranch> branches) {
  std::vector<plan::Node> children;
  for (auto& branch : branches) {
    std::vector<plan::Node> stages;
    if (!branch.before.empty())
      stages.push_back(plan::parallel("before", std::move(branch.before)));
    stages.push_back(std::move(branch.release));
    if (!branch.after.empty()) stages.push_back(plan::parallel("after", std::move(branch.after)));
    plan::Node child = plan::sequence(branch.name, std::move(stages));
    child.needs = std::move(branch.needs);
    children.push_back(std::move(child));
  }
  plan::Node root = plan::graph("root", std::move(children));
  root.on_child_failure = plan::OnChildFailure::carry_on;
  return root;
}

void check_needs(std::vector<TargetPlace> const& places, config::Diagnostics& diagnostics) {
  auto names = names_of(places);
  auto earlier = earlier_targets(places);
  for (auto const& place : places) {
    for (auto const& need : place.needs) {
      if (std::ranges::find(names, need.name) != names.end()) continue;
      auto guess = nearest(need.name, names);
      diagnostics.error(config::codes::undeclared_target, need.span,
                        "target " + in_quotes(need.name) + " is not declared",
                        {.help = guess ? "did you mean '" + *guess + "'?"
                                       : "declared are: " + join(names, ", ")});
    }
    // One report per cycle is enough: at the first of its targets.
    auto const& own = earlier[place.target->name];
    if (!own.contains(place.target->name)) continue;
    std::vector<std::string> cycle;
    for (auto const& name : names)
      if (own.contains(name) && earlier[name].contains(place.target->name)) cycle.push_back(name);
    if (cycle.front() != place.target->name) continue;
    std::string message = cycle.size() == 1
                              ? "target " + in_quotes(cycle.front()) + " waits for itself"
                              : "these targets wait for each other: " + join(cycle, ", ");
    diagnostics.error(
        config::codes::target_cycle, place.span, message,
        {.cause = "none of them could ever start", .help = "take one of the dependencies out"});
  }
}

void check_collisions(std::vector<TargetPlace> const& places,
                      std::vector<plan::Release> const& releases,
                      config::Diagnostics& diagnostics) {
  auto earlier = earlier_targets(places);
  std::map<std::string, std::vector<TargetPlace const*>> writers;
  for (auto const& release : releases) {
    auto place = std::ranges::find(places, release.target,
                                   [](TargetPlace const& p) { return p.target->name; });
    if (place == places.end()) continue;
    auto const& target = *place->target;
    std::string key =
        account_of(target) + ":" + target.region + ":" + plain_function_name(release.function);
    for (TargetPlace const* other : writers[key]) {
      std::string const& name = other->target->name;
      if (name == target.name) continue;  // One target with a function twice is another mistake.
      if (earlier[name].contains(target.name) || earlier[target.name].contains(name)) continue;
      diagnostics.error(
          config::codes::target_collision, place->span,
          "targets " + in_quotes(name) + " and " + in_quotes(target.name) +
              " both change function " + in_quotes(plain_function_name(release.function)) +
              " at the same time",
          {.cause = "they name the same account and region, and AWS takes one change at a time",
           .help = "let one wait for the other, or give them different accounts or regions",
           .related = {{other->span, "the other target is here"}}});
    }
    writers[key].push_back(&*place);
  }
}

std::string account_of(plan::Target const& target) {
  if (!target.account.empty()) return target.account;
  auto parts = split(target.role, ':');
  return parts.size() > 4 ? parts[4] : "";
}

std::string plain_function_name(std::string const& name_or_arn) {
  auto parts = split(name_or_arn, ':');
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    if (parts[i] == "function") return parts[i + 1];
  return parts.front();
}

std::vector<plan::Lock> release_locks(plan::Plan const& plan, plan::Lock::Busy busy) {
  auto known = [](std::string const& text) { return text.empty() ? std::string("*") : text; };
  std::set<std::string> names;
  for (auto const& release : plan.releases) {
    plan::Target const* target = plan.target(release.target);
    ENSURE(target != nullptr);
    std::string place = known(account_of(*target)) + ":" + known(target->region) + ":" +
                        plain_function_name(release.function);
    names.insert(release.alias.empty() ? "function:" + place
                                       : "alias:" + place + ":" + release.alias);
  }
  std::vector<plan::Lock> locks;
  for (auto const& name : names) locks.push_back({name, busy});
  return locks;
}

}  // namespace sluice::dialect
