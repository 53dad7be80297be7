#pragma once

#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

#include "base/hash.hpp"
#include "base/strings.hpp"
#include "engine/hook.hpp"
#include "engine/rehearsal.hpp"
#include "engine/secrets.hpp"
#include "plan/steps.hpp"

namespace sluice::test {

/// A key and no secrets.
class OneKey final : public engine::SecretValues {
 public:
  std::string key = "key";

  Result<Secret> open(std::string const& name) override {
    return fail(ErrorCode::not_found, "there is no secret " + name);
  }
  Result<std::string> keyed_hash(std::string_view text) override {
    return key + ":" + hex(hmac_sha256(key, text));
  }
  std::string hide(std::string text) const override { return text; }
};

/// Releases of versions that exist, as CodeDeploy makes them, of a function with versions 1 and 2
/// whose alias is at version 1. Only calls that CodeDeploy's own role may make come through; hooks
/// are answered by the test.
class Deployment : public testing::Test {
 protected:
  static constexpr char release_id[] = "default/orders";
  static constexpr char before_hook[] = "BeforeAllowTraffic";
  static constexpr char after_hook[] = "AfterAllowTraffic";

  void SetUp() override {
    std::string const file =
        "function: orders\nregion: eu-west-1\nalias: live\nruntime: nodejs20.x\n"
        "handler: index.handler\nrole: arn:aws:iam::000000000000:role/orders\npackage: CODE.zip\n";
    rehearsal.run(replace_all(file, "CODE", "one"));
    rehearsal.run(replace_all(file, "CODE", "two"));
    point_at("1", {});
    rehearsal.services()->secrets = &key;
    rehearsal.gate().before = [this](net::Request const& request) { return narrow(request); };
  }
  void TearDown() override { EXPECT_THAT(denied, testing::IsEmpty()); }

  void point_at(std::string const& version, std::map<std::string, double> const& weights) {
    ASSERT_TRUE(rehearsal.lambda().update_alias("orders", "live", {version, weights, ""}));
  }
  std::string alias_in_words() {
    auto alias = rehearsal.lambda().get_alias("orders", "live");
    return engine::in_words({alias->function_version, alias->weights});
  }

  static plan::Release versions(std::string const& from, std::string const& to) {
    plan::Release release;
    release.id = release_id;
    release.target = "default";
    release.function = "orders";
    release.alias = "live";
    release.given_baseline = from;
    release.given_candidate = to;
    return release;
  }
  static plan::HookStep hook(std::string const& event) {
    plan::HookStep step;
    step.release = release_id;
    step.event = event;
    step.function = "CodeDeployHook_" + event;
    return step;
  }
  /// A scope of these steps, from prepare to finish.
  static plan::Plan deployment(plan::Release const& release, std::vector<plan::Node> const& steps) {
    plan::Plan plan;
    plan.name = "orders";
    plan.targets = {{.name = "default", .region = "eu-west-1"}};
    plan.releases = {release};
    std::vector<plan::Node> all = {
        plan::leaf("prepare", plan::PrepareStep{release_id, plan::PrepareLevel::traffic})};
    all.insert(all.end(), steps.begin(), steps.end());
    all.push_back(plan::leaf("finish", plan::FinishStep{release_id}));
    plan.root = plan::sequence("root", {plan::sequence("release", std::move(all))});
    return plan;
  }
  static plan::Node shift(double weight) {
    return plan::leaf(weight < 100 ? "shift-10" : "shift-100", plan::ShiftStep{release_id, weight});
  }
  /// A failure and a stop are rolled back by a run of its own.
  static void roll_back(plan::Plan& plan) {
    auto& scope = plan.root.children.front();
    scope.compensation = {plan::leaf("restore", plan::RestoreStep{release_id})};
    scope.as_linked_run = true;
    plan::FailureRule rule;
    rule.action.kind = plan::ActionKind::roll_back;
    scope.on_failure = {rule};
  }

  std::string start(plan::Plan const& plan) {
    EXPECT_EQ(plan::problems_of(plan), std::vector<std::string>());
    auto started = rehearsal.engine().start({plan, "tester", {}, {}, {}}, rehearsal.services());
    EXPECT_TRUE(started) << started.error().text();
    return started->run;
  }
  engine::RunState run(plan::Plan const& plan) { return rehearsal.wait(start(plan)).state; }
  Result<void> report(json::Value const& payload, std::string const& status) {
    return report(payload["DeploymentId"].as_string(),
                  payload["LifecycleEventHookExecutionId"].as_string(), status);
  }
  Result<void> report(std::string const& run, std::string const& id, std::string const& status) {
    engine::Signal signal{.kind = "report", .node = "", .by = "tester", .reason = "", .data = {}};
    signal.data = json::Value{{"execution_id", id}, {"status", status}};
    return rehearsal.engine().signal(run, signal);
  }
  static std::string place(engine::RunState const& state) {
    return state.releases.at(release_id)["place"].as_string();
  }
  /// The whole journal as text.
  std::string journal(std::string const& run) {
    auto events =
        rehearsal.engine().with_store([&](store::Store& store) { return store.events(run); });
    std::string text;
    for (auto const& event : *events) text += event.type + " " + event.body.dump() + "\n";
    return text;
  }
  /// Until the run has parked at a hook.
  void until_waiting(std::string const& run) {
    std::mutex mutex;
    std::condition_variable changed;
    bool waits = false;
    auto look = [&](engine::RunState const& state) {
      std::lock_guard lock(mutex);
      for (auto const& [path, node] : state.nodes)
        waits |= node.status == engine::NodeStatus::parked;
      changed.notify_all();
    };
    auto token = rehearsal.engine().listen(
        [&](std::string const& id, engine::Snapshot const& now, std::vector<engine::Event> const&) {
          if (id == run) look(now.state);
        });
    look(rehearsal.engine().snapshot(run)->state);
    {
      std::unique_lock lock(mutex);
      changed.wait_for(lock, std::chrono::seconds(30), [&] { return waits; });
      EXPECT_TRUE(waits) << "it does not wait for a report";
    }
    rehearsal.engine().forget(token);
  }

  /// What the hooks' invocations are answered, and what else they do; by default taken as events.
  std::function<Gate::Sent(net::Request const&, json::Value const& payload)> on_hook =
      [](net::Request const&, json::Value const&) -> Gate::Sent { return accepted(); };
  /// What the alias's provisioned concurrency is said to be; by default it has none.
  std::function<Gate::Sent()> on_capacity;
  static net::Response accepted() {
    net::Response response;
    response.status = 202;
    return response;
  }

  OneKey key;
  std::mutex noting;
  std::vector<net::Request> invocations;  ///< under noting
  std::vector<std::string> denied;        ///< under noting
  Rehearsal rehearsal;                    ///< the last one: its threads use the others

 private:
  /// The rights of AWSCodeDeployRoleForLambda.
  std::optional<Gate::Sent> narrow(net::Request const& request) {
    bool const alias = request.url.ends_with("/functions/orders/aliases/live") &&
                       (request.method == "GET" || request.method == "PUT");
    bool const capacity =
        request.method == "GET" && request.url.contains("provisioned-concurrency");
    if (capacity && on_capacity) return on_capacity();
    if (alias || capacity || request.url.contains("/aliases/")) return std::nullopt;
    if (request.url.contains("/functions/CodeDeployHook_")) {
      {
        std::lock_guard lock(noting);
        invocations.push_back(request);
      }
      return on_hook(request, *json::parse(request.body));
    }
    std::lock_guard lock(noting);
    denied.push_back(request.method + " " + request.url);
    return net::Response{403, {}, R"({"Type":"User","message":"not authorized"})", {}, {}};
  }
};

}  // namespace sluice::test
