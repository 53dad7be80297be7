#include "engine/rehearsal.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "config/render.hpp"

namespace sluice::test {

Rehearsal::Rehearsal(local::LambdaSettings lambda) {
  local::EndpointSettings settings;
  settings.lambda = lambda;
  settings.lambda.settle_delay = Duration(0);
  settings.lambda.rates = {0, 0, 0};
  auto endpoint = local::Endpoint::open(settings, system_clock(), system_random());
  EXPECT_TRUE(endpoint) << endpoint.error().text();
  endpoint_ = std::move(*endpoint);
  client_ = std::make_unique<local::DirectClient>(*endpoint_);
  gate_ = std::make_unique<Gate>(*client_);
  budget_ = std::make_unique<aws::Budget>(system_clock(), aws::Budget::unlimited());
  aws::HeldEnvironment environment;
  environment.variables = {{"AWS_ACCESS_KEY_ID", "test"},
                           {"AWS_SECRET_ACCESS_KEY", "test"},
                           {"AWS_REGION", "eu-west-1"},
                           {"AWS_ENDPOINT_URL", endpoint_->url()}};
  auto session =
      aws::open_session({}, environment, {*gate_, system_clock(), system_random(), *budget_});
  EXPECT_TRUE(session) << session.error().text();
  session_ = std::make_unique<aws::Session>(std::move(*session));
  aws_ = std::make_unique<engine::SessionAws>(*session_, Duration(0));
  packages_ = store::memory_packages();
  store_ = store::open_memory(store::make_memory(), system_clock());
  services_ = std::make_shared<engine::Services>(
      engine::Services{system_clock(), system_random(), *aws_, *gate_, *packages_});
  restart();
}

void Rehearsal::restart() {
  engine_.reset();
  engine_ = std::make_unique<engine::Engine>(*store_, system_clock(), system_random(), executors_,
                                             evaluators_, engine::EngineOptions{.owner = "test"});
  history_ = std::make_unique<engine::StoreHistory>(*engine_);
  services_->history = history_.get();
}

plan::Plan Rehearsal::plan(std::string const& yaml) {
  config::Diagnostics diagnostics;
  auto plan = dialect::compile(config::make_source("test.yaml", yaml), {}, diagnostics);
  EXPECT_TRUE(plan) << config::render(diagnostics, config::Format::human, config::Colour::off);
  for (auto& release : plan->releases) {
    std::string const& path = release.package.path;
    if (path.empty()) continue;
    auto stored = packages_->add_bytes(make_zip({{"index.js", path}}));
    release.package.kind = plan::Package::Kind::stored;
    release.package.sha256 = stored->sha256;
    release.package.size = stored->size;
  }
  return std::move(*plan);
}

std::string Rehearsal::start(std::string const& yaml) {
  auto started = engine_->start({plan(yaml), "tester", {}, {}, {}}, services_);
  EXPECT_TRUE(started) << started.error().text();
  EXPECT_FALSE(started->busy) << started->busy->run;
  return started->run;
}

engine::Snapshot Rehearsal::wait(std::string const& run) { return *engine_->wait(run, {}); }

void Rehearsal::until_asked(std::string const& run) {
  std::mutex mutex;
  std::condition_variable changed;
  bool asked = false;
  auto look = [&](engine::RunState const& state) {
    std::lock_guard lock(mutex);
    for (auto const& [path, node] : state.nodes) asked |= node.asks_person;
    changed.notify_all();
  };
  auto token = engine_->listen(
      [&](std::string const& id, engine::Snapshot const& now, std::vector<engine::Event> const&) {
        if (id == run) look(now.state);
      });
  look(engine_->snapshot(run)->state);
  {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, std::chrono::seconds(30), [&] { return asked; });
    EXPECT_TRUE(asked) << "nobody was asked";
  }
  engine_->forget(token);
}

engine::Snapshot Rehearsal::run(std::string const& yaml) { return wait(start(yaml)); }

}  // namespace sluice::test
