#include "sim/rehearsal.hpp"

#include <gtest/gtest.h>

#include "config/render.hpp"
#include "dialect/compile.hpp"
#include "plan/steps.hpp"
#include "support/zip.hpp"

namespace sluice::sim {
namespace {

constexpr char canary[] = R"(
function: orders
region: eu-west-1
runtime: nodejs22.x
handler: index.handler
role: arn:aws:iam::111122223333:role/orders
package: ./new
alias: live
strategy:
  - {shift: 10, watch: 5m}
  - {shift: 50, watch: 5m}
)";

class Rehearsal : public testing::Test {
 protected:
  plan::Plan plan(std::string const& yaml) {
    config::Diagnostics diagnostics;
    auto plan = dialect::compile(config::make_source("test.yaml", yaml), {}, diagnostics);
    EXPECT_TRUE(plan) << config::render(diagnostics, config::Format::human, config::Colour::off);
    for (auto& release : plan->releases) {
      if (release.package.kind != plan::Package::Kind::folder) continue;
      auto stored = packages_->add_bytes(test::make_zip({{"index.js", release.package.path}}));
      release.package.kind = plan::Package::Kind::stored;
      release.package.sha256 = stored->sha256;
      release.package.size = stored->size;
    }
    return std::move(*plan);
  }

  Rehearsed run(std::string const& yaml, Conditions const& conditions = {}) {
    journal_.clear();
    auto done = rehearse(plan(yaml), *packages_, {}, conditions,
                         [&](Time now, auto const&, auto const&, auto const& event) {
                           journal_ += std::to_string(now.time_since_epoch().count()) + " " +
                                       event.type + " " + event.body.dump() + "\n";
                         });
    EXPECT_TRUE(done) << done.error().text();
    return std::move(*done);
  }

  std::unique_ptr<store::Packages> packages_ = store::memory_packages();
  std::string journal_;
};

TEST_F(Rehearsal, TakesTheTimeThatThePlanTakes) {
  auto done = run(canary);
  EXPECT_EQ(done.state.end_state, "succeeded");
  // Two watches of five minutes, and three minutes each until CloudWatch knows.
  EXPECT_GE(done.now - done.state.created, Duration(std::chrono::minutes(13)));
  EXPECT_LE(done.now - done.state.created, Duration(std::chrono::minutes(20)));
}

TEST_F(Rehearsal, RollsABadVersionBackAndCountsWhoMetIt) {
  auto done = run(canary, {.candidate_errors = 0.3});
  EXPECT_EQ(done.state.end_state, "rolled_back");
  ASSERT_TRUE(done.met.contains("default/orders")) << done.met.size();
  auto const& met = done.met["default/orders"];
  EXPECT_EQ(met.version, "2");
  EXPECT_GT(met.requests, 100);
  EXPECT_NEAR(met.errors / met.requests, 0.3, 0.1);
  // A tenth of 20 requests per second, for no longer than the first watch.
  EXPECT_LT(met.requests, 2.5 * 8 * 60);
}

TEST_F(Rehearsal, TakesNoTrafficForNoPass) {
  auto done = run(canary, {.requests_per_second = 0});
  EXPECT_EQ(done.state.end_state, "rolled_back");
}

TEST_F(Rehearsal, GivesTheSameJournalForTheSameSeed) {
  run(canary, {.candidate_errors = 0.02, .seed = 7});
  std::string first = journal_;
  run(canary, {.candidate_errors = 0.02, .seed = 7});
  EXPECT_EQ(journal_, first);
  run(canary, {.candidate_errors = 0.02, .seed = 8});
  EXPECT_NE(journal_, first);
}

TEST_F(Rehearsal, SettlesAShiftWhoseAnswerWasLost) {
  local::FaultRule lost;
  lost.call = "UpdateAlias";
  lost.when = local::FaultRule::When::after_effect;
  auto done = run(canary, {.faults = {lost}});
  EXPECT_EQ(done.state.end_state, "succeeded");
  EXPECT_NE(journal_.find("\"adopted\":true"), std::string::npos);
}

TEST_F(Rehearsal, EndsWhereAnApprovalNeverComes) {
  std::string yaml = std::string(canary) + "  - {approve: release manager}\n";
  auto waits = run(yaml, {.approve_after = std::nullopt});
  EXPECT_EQ(waits.state.end_state, "");
  EXPECT_NE(waits.waits_for.find("approval"), std::string::npos) << waits.waits_for;
  auto given = run(yaml);
  EXPECT_EQ(given.state.end_state, "succeeded");
  EXPECT_EQ(given.waits_for, "");
}

TEST_F(Rehearsal, SendsNoWebhook) {
  auto done =
      run(std::string(canary) + "  - {webhook: {url: 'https://example.com/hook', method: POST}}\n");
  EXPECT_EQ(done.state.end_state, "succeeded");
  EXPECT_EQ(done.webhooks, std::vector<std::string>{"POST https://example.com/hook"});
}

TEST_F(Rehearsal, MakesFunctionsThatAreNotThere) {
  auto done = run(canary, {.first_deployment = true});
  EXPECT_EQ(done.state.end_state, "succeeded");
  EXPECT_LT(done.now - done.state.created, Duration(std::chrono::minutes(1)));
}

TEST_F(Rehearsal, HasLayersAndObjectsThatTheFileNames) {
  std::string yaml(canary);
  yaml.replace(yaml.find("package: ./new"), 14,
               "package: s3://artifacts/orders.zip\n"
               "layers: ['arn:aws:lambda:eu-west-1:111122223333:layer:tools:3']");
  EXPECT_EQ(run(yaml).state.end_state, "succeeded");
}

TEST_F(Rehearsal, SaysWhatTheServiceRefusesOfADeclaration) {
  std::string yaml(canary);
  yaml.replace(yaml.find("nodejs22.x"), 10, "nodejs99.x");
  auto done = rehearse(plan(yaml), *packages_, {}, {}, [](auto&&...) {});
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("orders"), std::string::npos) << done.error().text();
}

TEST_F(Rehearsal, ReportsHooksAndMakesGivenVersions) {
  plan::Plan plan;
  plan.name = "orders";
  plan.targets = {{.name = "t", .region = "eu-west-1"}};
  plan::Release release;
  release.id = "t/orders";
  release.target = "t";
  release.function = "orders";
  release.alias = "live";
  release.given_baseline = "7";
  release.given_candidate = "8";
  plan.releases = {release};
  plan::HookStep hook{.release = "t/orders", .event = "BeforeAllowTraffic", .function = "smoke"};
  plan.root = plan::sequence(
      "root", {plan::leaf("prepare", plan::PrepareStep{"t/orders", plan::PrepareLevel::traffic}),
               plan::leaf("hook", hook), plan::leaf("shift", plan::ShiftStep{"t/orders"}),
               plan::leaf("finish", plan::FinishStep{"t/orders"})});
  Conditions alone;
  alone.approve_after.reset();
  auto done = rehearse(plan, *packages_, {}, alone, [](auto const&...) {});
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(done->state.end_state, "succeeded") << done->waits_for;
  EXPECT_EQ(done->state.node("hook").reason, "reported as succeeded");
  EXPECT_EQ(done->state.releases.at("t/orders")["candidate_version"].as_string(), "2");
}

}  // namespace
}  // namespace sluice::sim
