#pragma once

#include "plan/plan.hpp"
#include "plan/steps.hpp"

namespace sluice::test {

/// A plan that uses every member of a node, for round trips.
inline plan::Plan full_plan() {
  plan::Plan plan;
  plan.name = "orders";
  plan.dialect = "native";
  plan.source_name = "orders.yaml";
  plan.targets = {
      {"prod", "000000000000", "eu-west-1", "arn:aws:iam::000000000000:role/deploy", "id", "ci"}};
  plan::Release release;
  release.id = "prod/orders";
  release.target = "prod";
  release.function = "orders";
  release.alias = "live";
  release.configuration = json::Value{{"MemorySize", 256}};
  release.package = {
      plan::Package::Kind::stored, "dist", "", "", "", "", "hash=", 7, "bucket/prefix"};
  release.tags = std::map<std::string, std::string>{{"team", "shop"}};
  release.reserved_concurrency = 0;
  release.alias_description = "";
  release.missing_alias = plan::Release::MissingAlias::create_at_end;
  release.heal_to_primary = release.restore_latest = true;
  plan.releases = {release};
  plan.locks = {{"alias:orders", plan::Lock::Busy::enqueue_one}};
  plan.external_change = plan::ExternalChange::roll_back;

  plan::Node shift = plan::leaf("shift-10", plan::ShiftStep{"prod/orders", 10});
  plan::Action retry{plan::ActionKind::retry, 3, {Duration(1000), Duration(2000)}, "", {}, {},
                     {plan::Action{}}};
  shift.on_failure = {{{plan::ErrorClass::timeout}, {}, retry}};
  plan::Node scope =
      plan::sequence("release", {shift, plan::leaf("pause", plan::PauseStep{Duration(5000)})});
  scope.on_failure = plan::release_rules(plan::ExternalChange::hold, std::chrono::hours(1));
  scope.compensation = {plan::leaf("restore", plan::RestoreStep{"prod/orders"})};
  scope.guards = {plan::leaf("watch", plan::CheckStep{.release = "prod/orders"})};
  scope.timeout = plan::Timeout{std::chrono::minutes(30), plan::Timeout::Counts::work};
  scope.as_linked_run = scope.stay_on_stop = true;
  plan::Node loop;
  loop.name = "each";
  loop.kind = plan::NodeKind::loop;
  loop.loop = plan::Loop{json::array({"a", "b"}), 2};
  loop.children = {plan::leaf("wait", plan::PauseStep{Duration(1)})};
  loop.needs = {"release"};
  loop.when = json::Value("always");
  plan.root = plan::graph("", {scope, loop});
  plan.root.on_child_failure = plan::OnChildFailure::carry_on;
  return plan;
}

}  // namespace sluice::test
