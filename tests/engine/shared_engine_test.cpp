#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "engine/core_play.hpp"
#include "engine/engine.hpp"
#include "engine/events.hpp"

namespace sluice {
namespace {

class NoAws final : public engine::AwsAccess {
 public:
  Result<engine::TargetAws> open(plan::Target const&, std::stop_token) override {
    return fail(ErrorCode::unavailable, "there is no AWS here");
  }
  Duration metric_lag() const override { return {}; }
};

class NoHttp final : public net::Client {
 public:
  std::expected<net::Response, net::Failure> send(net::Request const&, net::SendOptions const&,
                                                  std::stop_token) override {
    return std::unexpected(net::Failure{Error{ErrorCode::unavailable, "no network", {}}, false});
  }
};

/// Hints that a test gives.
class Hints final : public store::ChangeHints {
 public:
  bool wait_for_change(Duration timeout, std::stop_token stop) override {
    std::unique_lock lock(mutex_);
    bool given = changed_.wait_for(lock, stop, timeout, [&] { return given_; });
    given_ = false;
    return given;
  }
  void give() {
    std::lock_guard lock(mutex_);
    given_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool given_ = false;
};

/// Two engines with threads of their own on one store in memory.
class SharedEngines : public testing::Test {
 protected:
  struct Server {
    Server(SharedEngines& all, std::string name)
        : store(store::open_memory(all.memory_, system_clock())),
          trust(system_clock()),
          client(all.http_, trust),
          services(std::make_shared<engine::Services>(engine::Services{
              system_clock(), system_random(), all.aws_, client, *all.packages_})) {
      engine::NodeOptions node;
      node.name = name;
      node.open = [this](store::RunRow const&, plan::Plan const&,
                         std::stop_token const&) -> Result<std::shared_ptr<engine::Services>> {
        return services;
      };
      engine::EngineOptions options{.owner = name};
      options.shared = engine::SharedStore{std::move(node), &trust, &hints};
      engine = std::make_unique<engine::Engine>(*store, system_clock(), system_random(),
                                                all.executors_, all.evaluators_, options);
    }
    /// Until a commit of this server has such an event.
    void await(std::string const& type) {
      std::unique_lock lock(mutex);
      changed.wait_for(lock, std::chrono::seconds(30), [&] { return seen.contains(type); });
      EXPECT_TRUE(seen.contains(type)) << type;
    }
    void watch() {
      engine->listen([this](std::string const&, engine::Snapshot const&,
                            std::vector<engine::Event> const& events) {
        std::lock_guard lock(mutex);
        for (auto const& event : events) seen.insert(event.type);
        changed.notify_all();
      });
    }

    std::unique_ptr<store::Store> store;
    engine::Trust trust;
    engine::TrustedClient client;
    std::shared_ptr<engine::Services> services;
    Hints hints;
    std::mutex mutex;
    std::condition_variable changed;
    std::set<std::string> seen;
    std::unique_ptr<engine::Engine> engine;
  };

  SharedEngines() {
    auto probe = std::make_unique<test::Probe>();
    probe->on_next = [](engine::StepContext& context) -> engine::Move {
      if (!context.signals().empty()) return engine::Done{};
      return engine::Park{std::nullopt, "a word", {}, true, true};
    };
    executors_.add("probe", std::move(probe));
  }

  std::string start(Server& server) {
    plan::Plan plan;
    plan.name = "play";
    plan.root = plan::sequence("play", {test::probe("ask")});
    auto started = server.engine->start({plan, "tester", {}, {}, {}}, server.services);
    EXPECT_TRUE(started) << started.error().text();
    return started ? started->run : "";
  }

  std::shared_ptr<store::Memory> memory_ = store::make_memory();
  std::unique_ptr<store::Packages> packages_ = store::memory_packages();
  NoAws aws_;
  NoHttp http_;
  engine::Executors executors_;
  plan::Evaluators evaluators_;
};

TEST_F(SharedEngines, AStopHandsTheRunsToTheServerThatIsHinted) {
  Server one(*this, "one"), two(*this, "two");
  one.watch(), two.watch();
  ASSERT_TRUE(one.engine->lease() && one.engine->lease()->trusted);
  std::string run = start(one);
  one.await(engine::event::node_parked);
  one.engine->shutdown();
  two.hints.give();
  two.await(engine::event::run_claimed);
  EXPECT_EQ(two.engine->ownership().takeovers, 1);
  ASSERT_TRUE(two.engine->signal(
      run, {.kind = "approve", .node = "", .by = "t", .reason = "", .data = {}}));
  EXPECT_EQ(two.engine->wait(run, {})->state.end_state, "succeeded");
}

TEST_F(SharedEngines, ASignalReachesTheServerThatExecutesTheRun) {
  Server one(*this, "one"), two(*this, "two");
  one.watch();
  std::string run = start(one);
  one.await(engine::event::node_parked);
  auto told = two.engine->send(
      run, {.kind = "approve", .node = "", .by = "t", .reason = "", .data = {}, .letter = {}});
  EXPECT_TRUE(told) << told.error().text();
  EXPECT_EQ(one.engine->wait(run, {})->state.end_state, "succeeded");
}

TEST_F(SharedEngines, ASignalForARunThatHasEndedMeanwhileIsRefused) {
  Server one(*this, "one"), two(*this, "two");
  one.watch();
  std::string run = start(one);
  one.await(engine::event::node_parked);
  engine::Signal approve{.kind = "approve", .node = "", .by = "t", .reason = "", .data = {}};
  ASSERT_TRUE(one.engine->signal(run, approve));
  ASSERT_EQ(one.engine->wait(run, {})->state.end_state, "succeeded");
  auto told = two.engine->send(run, approve);
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().code, ErrorCode::conflict) << told.error().text();
}

TEST_F(SharedEngines, AfterTheEndNothingIsTaken) {
  Server one(*this, "one");
  one.engine->shutdown();
  plan::Plan plan;
  plan.name = "play";
  plan.root = plan::sequence("play", {test::probe("ask")});
  auto started = one.engine->start({plan, "tester", {}, {}, {}}, one.services);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace sluice
