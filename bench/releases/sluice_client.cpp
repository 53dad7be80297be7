#include "releases/sluice_client.hpp"

#include <condition_variable>

#include "config/render.hpp"
#include "dialect/compile.hpp"
#include "releases/plain_client.hpp"

namespace sluice::bench {

SluiceHome::SluiceHome(Workplace const& workplace) {
  auto store = must("open the journal",
                    store::open_sqlite(workplace.folder("journal").string(), system_clock()));
  store_ = std::make_unique<TimedStore>(std::move(store));
  packages_ = store::open_packages(workplace.folder("packages"));
}

SluiceClient::SluiceClient(SluiceHome& home, std::string const& url, aws::Budget::Rates rates,
                           Clock& clock, engine::Executors executors)
    : client_(net::make_client()),
      budget_(system_clock(), rates),
      executors_(std::move(executors)) {
  auto session = open_bench_session(url, {*client_, system_clock(), system_random(), budget_});
  aws_ = std::make_unique<engine::SessionAws>(std::move(session), Duration(0));
  services_ = std::make_shared<engine::Services>(
      engine::Services{clock, system_random(), *aws_, *client_, home.packages()});
  engine_ = std::make_unique<engine::Engine>(home.store(), clock, system_random(), executors_,
                                             evaluators_, engine::EngineOptions{.owner = "bench"});
}

std::string SluiceClient::start(std::string const& yaml, store::StoredPackage const& code) {
  config::Diagnostics diagnostics;
  auto plan = dialect::compile(config::make_source("bench.yaml", yaml), {}, diagnostics);
  if (!plan)
    give_up("compile", config::render(diagnostics, config::Format::human, config::Colour::off));
  for (auto& release : plan->releases) {
    release.package.kind = plan::Package::Kind::stored;
    release.package.sha256 = code.sha256;
    release.package.size = code.size;
  }
  return start(std::move(*plan));
}

std::string SluiceClient::start(plan::Plan plan) {
  auto const started =
      must("start a run", engine_->start({std::move(plan), "bench", {}, {}, {}}, services_));
  if (started.busy) give_up("start a run", "run " + started.busy->run + " holds its lock");
  return started.run;
}

void SluiceClient::wait_for(std::string const& run,
                            std::function<bool(engine::RunState const&)> ready) {
  std::mutex mutex;
  std::condition_variable changed;
  bool reached = false;
  auto const token = engine_->listen([&](auto const& id, auto const& snapshot, auto const&) {
    if (id != run || !ready(snapshot.state)) return;
    std::lock_guard lock(mutex);
    reached = true;
    changed.notify_all();
  });
  if (auto const now = engine_->snapshot(run); !now || !ready(now->state)) {
    std::unique_lock lock(mutex);
    if (!changed.wait_for(lock, std::chrono::minutes(1), [&] { return reached; }))
      give_up("wait for a run", "it does not get where it should");
  }
  engine_->forget(token);
}

void SluiceClient::resume(std::string const& run) {
  must("resume a run", engine_->resume(run, services_));
}

void SluiceClient::signal(std::string const& run, std::string const& kind) {
  must("signal a run", engine_->signal(run, {kind, "", "bench", "measured", {}}));
}

void SluiceClient::finish(std::string const& run, std::string const& end_state) {
  auto const end = engine_->wait(run, {});
  if (!end || end->state.end_state != end_state) {
    std::string reasons;
    if (end)
      for (auto const& [path, node] : end->state.nodes)
        if (!node.reason.empty()) reasons += "\n  " + path + ": " + node.reason;
    give_up("run a release", "it ended " + (end ? end->state.end_state : "nowhere") + reasons);
  }
}

}  // namespace sluice::bench
