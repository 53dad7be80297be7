#pragma once

#include <string>
#include <vector>

#include "cli/render/view.hpp"
#include "dialect/release_scope.hpp"
#include "dialect/target_tree.hpp"
#include "engine/events.hpp"
#include "plan/steps.hpp"

namespace sluice::cli {

/// A plan that releases orders:live to each of these targets, one after the other: 10 %, checked
/// for a minute, then 50 %.
inline plan::Plan canary_plan(std::vector<std::string> const& targets, bool approval = false) {
  plan::Plan plan;
  plan.name = "shop";
  plan.source_name = "release.yaml";
  for (auto const& name : targets) {
    plan.targets.push_back({.name = name, .region = "eu-west-1"});
    plan::Release release;
    release.id = name + "/orders";
    release.target = name;
    release.function = "orders";
    release.alias = "live";
    plan.releases.push_back(release);
  }
  std::vector<dialect::TargetBranch> branches;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    dialect::StrategyStep shift;
    shift.kind = dialect::StrategyStep::Kind::shift;
    shift.weight = 10;
    dialect::StrategyStep check;
    check.kind = dialect::StrategyStep::Kind::check;
    check.check.duration = std::chrono::minutes(1);
    dialect::StrategyStep half = shift;
    half.weight = 50;
    dialect::TargetBranch branch;
    branch.name = targets[i];
    if (i > 0) branch.needs = {targets[i - 1]};
    if (approval)
      branch.before.push_back(
          plan::leaf("approve", plan::ApprovalStep{"Release to production?", {}, {}}));
    branch.release = dialect::release_scope({&plan.releases[i]}, {shift, check, half}, {});
    branches.push_back(std::move(branch));
  }
  plan.root = dialect::target_tree(std::move(branches));
  return plan;
}

/// Writes a journal as the engine would, and feeds it to a view.
class Script {
 public:
  explicit Script(plan::Plan plan) {
    view.id = view.state.id = "d-7QK2M9XTA";
    view.plan = std::make_shared<plan::Plan const>(std::move(plan));
    event(engine::event::run_created,
          {{"requester", "alice@build-3"}, {"options", json::Object{}}});
    started("");
  }

  RunView view;
  std::vector<engine::Event> events;
  std::function<void(engine::Event const&)> each = [](auto const&) {};

  Script& at(Duration since_start) {
    now_ = from_millis(1'767'323'045'000) + since_start;
    return *this;
  }
  Time now() const { return now_; }

  Script& event(std::string type, json::Value body) {
    engine::Event one{static_cast<std::int64_t>(events.size()) + 1, now_, std::move(type),
                      std::move(body), 1};
    events.push_back(one);
    view.apply(one);
    each(one);
    return *this;
  }
  Script& started(std::string const& node) {
    return event(engine::event::node_started, {{"node", node}, {"attempt", 1}});
  }
  Script& release(std::string const& id, json::Value set) {
    release_ = json::Value{{"id", id}, {"set", std::move(set)}, {"unset", json::Array{}}};
    return *this;
  }
  Script& ended(std::string const& node, std::string const& status, std::string const& reason = {},
                std::string const& error = {}) {
    json::Value body{{"node", node}, {"status", status}};
    if (!reason.empty()) body.set("reason", reason);
    if (!error.empty()) body.set("class", error);
    if (!release_.is_null()) body.set("release", std::exchange(release_, {}));
    return event(engine::event::node_ended, std::move(body));
  }
  Script& parked(std::string const& node, std::string const& waiting_for, Duration until,
                 bool person = false) {
    json::Value body{{"node", node}, {"waiting_for", waiting_for}};
    if (until.count() > 0) body.set("due_ms", to_millis(now_ + until));
    if (person) body.set("asks_person", true);
    return event(engine::event::node_parked, std::move(body));
  }
  Script& shifted(std::string const& node, std::string const& id, std::string const& version,
                  std::string const& other, double share) {
    json::Value content{{"version", version}};
    if (share > 0) content.set("weights", json::Value{{other, share}});
    started(node);
    event(engine::event::effect_intended,
          {{"node", node},
           {"effect", json::Value{{"name", "UpdateAlias"},
                                  {"before", json::Object{}},
                                  {"desired", json::Value{{"content", content}}},
                                  {"more", {}}}}});
    event(engine::event::effect_happened,
          {{"node", node},
           {"result", json::Object{}},
           {"release", json::Value{{"id", id},
                                   {"set", json::Value{{"alias_now", content}}},
                                   {"unset", json::Array{}}}}});
    return ended(node, "succeeded");
  }
  /// prepare, publish and the first shift of a target.
  Script& begin(std::string const& target) {
    std::string scope = target + "/release";
    std::string id = target + "/orders";
    started(target).started(scope).started(scope + "/prepare");
    release(id, {{"function", "orders"},
                 {"alias", "live"},
                 {"prepared", true},
                 {"function_existed", true},
                 {"alias_existed", true},
                 {"baseline_version", "7"},
                 {"place", "unchanged"},
                 {"alias_now", json::Value{{"version", "7"}}}});
    ended(scope + "/prepare", "succeeded")
        .started(scope + "/bypass-check")
        .ended(scope + "/bypass-check", "succeeded");
    started(scope + "/publish").at(now_ - from_millis(1'767'323'045'000) + Duration(2100));
    release(id, {{"candidate_version", "8"}, {"wrote_latest", true}})
        .ended(scope + "/publish", "succeeded");
    return shifted(scope + "/shift-10", id, "7", "8", 0.1);
  }

 private:
  Time now_ = from_millis(1'767'323'045'000);
  json::Value release_;
};

}  // namespace sluice::cli
