#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "engine/events.hpp"
#include "engine/node.hpp"
#include "server/host_runs.hpp"
#include "store/packages.hpp"

namespace sluice::server {
namespace {

/// Waits for a word.
class Ask final : public engine::Executor {
 public:
  engine::Move next(engine::StepContext& context) const override {
    if (!context.signals().empty()) return engine::Done{};
    return engine::Park{std::nullopt, "a word", {}, true, true};
  }
  bool accepts(std::string_view signal) const override { return signal == "approve"; }
};

/// Two servers on one store in memory, as they serve their clients.
class SharedRuns : public testing::Test {
 protected:
  struct Server {
    Server(SharedRuns& all, std::string const& name)
        : store(store::open_memory(all.memory_, system_clock())),
          trust(system_clock()),
          services(system_clock(), system_random(), *all.packages_,
                   FactoryOptions{.observer = nullptr, .user_agent = "test", .trust = &trust}) {
      engine::EngineOptions options{.owner = name};
      engine::NodeOptions node;
      node.name = name;
      node.open = open_with(services, all.settings_);
      options.shared = engine::SharedStore{std::move(node), &trust, nullptr};
      engine = std::make_unique<engine::Engine>(*store, system_clock(), system_random(),
                                                all.executors_, all.evaluators_, options);
      runs = std::make_unique<HostRuns>(*engine, services, *all.packages_);
    }

    std::unique_ptr<store::Store> store;
    engine::Trust trust;
    ServicesFactory services;
    std::unique_ptr<engine::Engine> engine;
    std::unique_ptr<HostRuns> runs;
  };

  SharedRuns() { executors_.add("ask", std::make_unique<Ask>()); }

  std::string start(Server& server) {
    server.engine->listen([this](std::string const&, engine::Snapshot const&,
                                 std::vector<engine::Event> const& events) {
      std::lock_guard lock(mutex_);
      for (auto const& event : events) asked_ |= event.type == engine::event::node_parked;
      changed_.notify_all();
    });
    NewRun run;
    run.plan.name = "play";
    run.plan.root = plan::sequence("play", {plan::step("ask", "ask", json::Value(json::Object{}))});
    run.aws = settings_;
    auto started = server.runs->start(std::move(run));
    EXPECT_TRUE(started) << started.error().text();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(30), [&] { return asked_; });
    return started->run;
  }

  engine::Signal approval() {
    engine::Signal signal;
    signal.kind = "approve";
    signal.by = "tester";
    return signal;
  }

  AwsSettings settings_{.environment = {{"AWS_ACCESS_KEY_ID", "test"},
                                        {"AWS_SECRET_ACCESS_KEY", "test"},
                                        {"AWS_CONFIG_FILE", "/dev/null"},
                                        {"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"}},
                        .profile = std::nullopt,
                        .region = "eu-west-1",
                        .endpoint_url = "http://127.0.0.1:9",
                        .local_state = std::nullopt};
  std::shared_ptr<store::Memory> memory_ = store::make_memory();
  std::unique_ptr<store::Packages> packages_ = store::memory_packages();
  engine::Executors executors_;
  plan::Evaluators evaluators_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool asked_ = false;
};

TEST_F(SharedRuns, AreOwnedByTheServerWhoseLeaseLasts) {
  Server one(*this, "one"), two(*this, "two");
  std::string run = start(one);
  EXPECT_EQ(two.runs->get(run)->owner, "one");
  EXPECT_EQ(two.runs->list({})->front().owner, "one");
  auto row = *two.engine->with_store([&](store::Store& store) { return store.run(run); });
  auto other = two.engine->with_store([](store::Store& store) { return store.members(); });
  ASSERT_TRUE(other);
  EXPECT_EQ(other->size(), 2u);
  EXPECT_EQ(row->owner, "one");
}

TEST_F(SharedRuns, TakeSignalsWhereverTheyAreExecutedAndAreFollowedFromEverywhere) {
  Server one(*this, "one"), two(*this, "two");
  std::string run = start(one);
  auto told = two.runs->signal(run, approval());
  EXPECT_TRUE(told) << told.error().text();
  std::vector<std::string> types;
  auto followed = two.runs->follow(run, 0,
                                   [&](store::EventRow const& event) {
                                     types.push_back(event.type);
                                     return true;
                                   },
                                   {});
  EXPECT_TRUE(followed) << followed.error().text();
  ASSERT_FALSE(types.empty());
  EXPECT_EQ(types.back(), engine::event::run_ended);
}

TEST_F(SharedRuns, GoOnWhereTheirServerStops) {
  Server two(*this, "two");
  std::string run;
  {
    Server one(*this, "one");
    run = start(one);
    one.engine->shutdown();
  }
  auto told = two.runs->signal(run, approval());
  EXPECT_TRUE(told) << told.error().text();
  EXPECT_EQ(two.engine->wait(run, {})->state.end_state, "succeeded");
  EXPECT_EQ(two.engine->ownership().takeovers, 1);
}

}  // namespace
}  // namespace sluice::server
