#pragma once

#include <gmock/gmock.h>

#include "base/hash.hpp"
#include "dialect/release_scope.hpp"
#include "dialect/target_tree.hpp"
#include "engine/events.hpp"
#include "local/endpoint.hpp"
#include "server/attach.hpp"
#include "server/host.hpp"
#include "server/remote.hpp"
#include "server/rollback_plan.hpp"
#include "support/folder.hpp"
#include "support/zip.hpp"

namespace sluice::server {

/// What a test waits for must come; this bounds how long a broken one hangs.
inline constexpr Duration patience = std::chrono::seconds(60);

/// A release of function "orders" with alias "live": its code is `code`, its strategy `steps`.
inline plan::Plan orders_plan(store::Packages& packages, std::string const& code,
                              std::vector<dialect::StrategyStep> const& steps) {
  auto stored = packages.add_bytes(test::make_zip({{"app.py", code}}));
  EXPECT_TRUE(stored) << stored.error().text();
  plan::Plan plan;
  plan.name = "shop";
  plan.dialect = "native";
  plan.targets.push_back({.name = "here"});
  plan::Release release;
  release.id = "here/orders";
  release.target = "here";
  release.function = "orders";
  release.alias = "live";
  release.configuration = json::Value{{"Role", "arn:aws:iam::000000000000:role/orders"},
                                      {"Runtime", "python3.12"},
                                      {"Handler", "app.handler"}};
  release.package.kind = plan::Package::Kind::stored;
  release.package.sha256 = stored->sha256;
  release.package.size = stored->size;
  plan.releases.push_back(release);
  plan.locks = dialect::release_locks(plan);
  dialect::ScopeOptions options;
  options.bypass_check = false;
  options.external_change = plan::ExternalChange::roll_back;
  plan.root = dialect::release_scope({&plan.releases[0]}, steps, options);
  return plan;
}

inline dialect::StrategyStep shift_to(double weight) {
  dialect::StrategyStep step;
  step.kind = dialect::StrategyStep::Kind::shift;
  step.weight = weight;
  return step;
}

/// A pause that only a signal ends.
inline dialect::StrategyStep pause_here() {
  dialect::StrategyStep step;
  step.node = plan::leaf("pause", plan::PauseStep{std::chrono::hours(24)});
  return step;
}

inline std::vector<dialect::StrategyStep> canary() {
  return {shift_to(10), pause_here(), shift_to(50), shift_to(100)};
}

/// The local endpoint on a port of its own, a state folder, and settings that lead there.
class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    local::EndpointSettings settings;
    settings.lambda.settle_delay = std::chrono::milliseconds(20);
    auto opened = local::Endpoint::open(std::move(settings), system_clock(), system_random());
    ASSERT_TRUE(opened) << opened.error().text();
    endpoint_ = std::move(*opened);
    ASSERT_TRUE(endpoint_->start());
  }

  HostOptions host_options(std::string command = "sluice test") const {
    HostOptions options;
    options.state_folder = folder_.path() / "state";
    options.command = std::move(command);
    return options;
  }

  std::unique_ptr<Host> open_host() const {
    auto opened = Host::open(host_options());
    EXPECT_TRUE(opened) << opened.error().text();
    if (!opened) return nullptr;
    auto* host = std::get_if<std::unique_ptr<Host>>(&*opened);
    EXPECT_NE(host, nullptr) << "the store is held by another process";
    return host ? std::move(*host) : nullptr;
  }

  std::unique_ptr<Attached> attach(std::string command) const {
    AttachOptions options;
    options.host = host_options(std::move(command));
    auto attached = Attached::open(std::move(options));
    EXPECT_TRUE(attached) << attached.error().text();
    return attached ? std::move(*attached) : nullptr;
  }

  AwsSettings aws() const {
    AwsSettings settings;
    settings.environment = {{"AWS_ACCESS_KEY_ID", "id"},
                            {"AWS_SECRET_ACCESS_KEY", "secret"},
                            {"AWS_REGION", "eu-west-1"},
                            {"HOME", folder_.path().string()}};
    settings.endpoint_url = endpoint_->url();
    return settings;
  }

  NewRun new_run(store::Packages& packages, std::string const& code,
                 std::vector<dialect::StrategyStep> const& steps) const {
    NewRun run;
    run.plan = orders_plan(packages, code, steps);
    run.requester = "ada";
    run.aws = aws();
    return run;
  }

  /// The run's id; a busy lock fails the test.
  static std::string start(Runs& runs, NewRun run) {
    auto started = runs.start(std::move(run));
    EXPECT_TRUE(started) << started.error().text();
    if (!started) return {};
    EXPECT_FALSE(started->busy) << started->busy->run;
    return started->run;
  }

  /// Follows until `until` says so or the run has ended; the events seen, all of them.
  static std::vector<store::EventRow> follow(Runs& runs, std::string const& run,
                                             std::function<bool(store::EventRow const&)> until = {},
                                             std::int64_t after = 0) {
    std::vector<store::EventRow> seen;
    std::stop_source stop;
    std::jthread guard([&stop](std::stop_token over) {
      system_clock().sleep(patience, over);
      stop.request_stop();
    });
    auto followed = runs.follow(
        run, after,
        [&](store::EventRow const& event) {
          seen.push_back(event);
          return !until || !until(event);
        },
        stop.get_token());
    EXPECT_TRUE(followed) << followed.error().text();
    EXPECT_FALSE(stop.stop_requested())
        << "what was waited for did not come; last: " << (seen.empty() ? "" : seen.back().type);
    return seen;
  }

  static bool is_pause(store::EventRow const& event) {
    return event.type == engine::event::node_parked && event.body["node"].as_string() == "pause";
  }

  static std::string state_of(Runs& runs, std::string const& run) {
    auto row = runs.get(run);
    EXPECT_TRUE(row) << row.error().text();
    return row ? row->state : "";
  }

  /// Releases "orders" as it should be before the test: version 1 behind alias live.
  void release_first_version(Host& host) {
    std::string run = start(host.runs(), new_run(host.packages(), "v1", {}));
    follow(host.runs(), run);
    ASSERT_EQ(state_of(host.runs(), run), "succeeded");
  }

  aws::AliasRecord live_alias() {
    auto packages = store::memory_packages();
    ServicesFactory factory(system_clock(), system_random(), *packages);
    auto opened = factory.open(aws());
    EXPECT_TRUE(opened) << opened.error().text();
    auto target = opened->services->aws.open({.name = "here"}, {});
    EXPECT_TRUE(target) << target.error().text();
    auto alias = target->lambda().get_alias("orders", "live");
    EXPECT_TRUE(alias) << alias.error().error().text();
    return alias ? *alias : aws::AliasRecord{};
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<local::Endpoint> endpoint_;
};

/// seq 1, 2, 3 …, nothing missing and nothing twice.
inline void expect_gap_free(std::vector<store::EventRow> const& events, std::int64_t first = 1) {
  for (std::size_t i = 0; i < events.size(); ++i)
    ASSERT_EQ(events[i].seq, first + static_cast<std::int64_t>(i)) << events[i].type;
}

}  // namespace sluice::server
