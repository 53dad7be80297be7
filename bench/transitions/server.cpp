#include "transitions/server.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "base/hash.hpp"
#include "engine/engine.hpp"
#include "engine/events.hpp"
#include "releases/timed_store.hpp"
#include "store/packages.hpp"
#include "store/postgres.hpp"
#include "workplace.hpp"

namespace sluice::bench {
namespace {

constexpr std::size_t runs_at_once = 32;
constexpr std::size_t steps_of_a_run = 40;
/// By then every server has given up its runs and takes no others'.
constexpr Duration pause_before_bare = std::chrono::seconds(5);
constexpr Duration most_patience = std::chrono::seconds(60);

/// A step that changes nothing: an intent, its outcome, its end.
class Nothing final : public engine::Executor {
 public:
  engine::Move next(engine::StepContext& context) const override {
    if (context.happened("Nothing")) return engine::Done{};
    return engine::Effect{"Nothing", {}, json::Value{{"done", true}}, {}};
  }
  engine::Performed perform(engine::StepContext&, engine::Effect const&) const override {
    return engine::Happened{};
  }
};

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

bool is_postgres(std::string const& store) { return store.starts_with("postgres://"); }

std::unique_ptr<store::Store> open(std::string const& store) {
  if (is_postgres(store))
    return must("open the journal", store::open_postgres(store, system_clock()));
  return must("open the journal", store::open_sqlite(store, system_clock()));
}

plan::Plan plan_of_nothing() {
  std::vector<plan::Node> steps;
  for (std::size_t i = 0; i < steps_of_a_run; ++i)
    steps.push_back(
        plan::step("step-" + std::to_string(i), "nothing", json::Value(json::Object{})));
  plan::Plan plan;
  plan.name = "nothing";
  plan.root = plan::sequence("nothing", std::move(steps));
  return plan;
}

/// No server takes what has ended.
store::NewRun nobodys_run() {
  store::NewRun run;
  run.plan = plan::to_json(plan_of_nothing());
  run.row.id = new_run_id(system_random());
  run.row.name = "bare";
  run.row.plan_digest = hex(sha256(run.plan.canonical()));
  run.row.state = "succeeded";
  run.row.requester = "bench";
  run.row.summary = json::Value(json::Object{});
  run.row.world = json::Value(json::Object{});
  run.row.created = system_clock().now();
  run.row.ended = run.row.created;
  return run;
}

void wait_for_moment(Time moment) {
  auto& clock = system_clock();
  while (clock.now() < moment) clock.sleep(moment - clock.now(), {});
}

/// As many runs at work at a time as wanted, until told to stop.
class Mill {
 public:
  explicit Mill(ServerJob const& job)
      : job_(job),
        store_(open(job.store)),
        services_(std::make_shared<engine::Services>(
            engine::Services{system_clock(), system_random(), aws_, http_, *packages_})) {
    executors_.add("nothing", std::make_unique<Nothing>());
    engine::EngineOptions options{.owner = job.name};
    if (is_postgres(job.store)) {
      engine::NodeOptions node;
      node.name = job.name;
      node.open = [this](store::RunRow const&, plan::Plan const&,
                         std::stop_token const&) -> Result<std::shared_ptr<engine::Services>> {
        return services_;
      };
      hints_ = must("open the hints", store::open_postgres_hints(job.store));
      options.shared = engine::SharedStore{std::move(node), &trust_, hints_.get()};
    }
    engine_ = std::make_unique<engine::Engine>(store_, system_clock(), system_random(), executors_,
                                               evaluators_, options);
    engine_->listen([this](auto const&, auto const& snapshot, auto const& events) {
      count(snapshot.state.over(), events);
    });
  }

  void grind() {
    await_lease();
    for (std::size_t i = 0; i < runs_at_once; ++i) start();
    Time const end = job_.begin + job_.window;
    while (true) {
      std::unique_lock lock(mutex_);
      auto const now = system_clock().now();
      if (now >= end) break;
      changed_.wait_for(lock, std::min(end - now, Duration(100)), [&] { return ended_ > 0; });
      auto const more = std::exchange(ended_, 0);
      lock.unlock();
      for (std::size_t i = 0; i < more; ++i) start();
    }
  }

  /// Stops the engine, so that the store is this thread's; then one event per commit.
  json::Value figures() {
    auto [steps, events] = std::pair(steps_.load(), events_.load());
    auto const commits = commits_.load();
    engine_->shutdown();
    wait_for_moment(job_.begin + job_.window + pause_before_bare);
    auto const run = nobodys_run();
    if (must("write a run", store_.create(run))) give_up("write a run", "a lock is held");
    Time const end = system_clock().now() + job_.window;
    std::int64_t bare = 0;
    store_.reset();
    while (system_clock().now() < end) {
      engine::Event note;
      note.seq = ++bare;
      note.at = system_clock().now();
      note.type = engine::event::note;
      note.body = json::Value{{"level", "info"}, {"text", "measured"}};
      must("append", store_.append(run.row.id, run.row.epoch, {note}, {}));
    }
    return {{"steps", steps}, {"events", events}, {"commits", commits}, {"bare_commits", bare}};
  }

 private:
  void await_lease() {
    auto const patience = system_clock().monotonic() + most_patience;
    while (true) {
      auto const lease = engine_->lease();
      if (!lease || lease->trusted) return;
      if (system_clock().monotonic() > patience) give_up("join", "there is no lease");
      system_clock().sleep(Duration(20), {});
    }
  }

  void start() {
    must("start a run", engine_->start({plan_of_nothing(), "bench", {}, {}, {}}, services_));
  }

  void count(bool over, std::vector<engine::Event> const& events) {
    auto const now = system_clock().now();
    if (now >= job_.begin && now < job_.begin + job_.window) {
      ++commits_;
      events_ += static_cast<std::int64_t>(events.size());
      for (auto const& event : events)
        if (event.type == engine::event::effect_happened) ++steps_;
    }
    if (!over) return;
    std::lock_guard lock(mutex_);
    ++ended_;
    changed_.notify_all();
  }

  ServerJob job_;
  TimedStore store_;
  std::unique_ptr<store::Packages> packages_ = store::memory_packages();
  NoAws aws_;
  NoHttp http_;
  engine::Trust trust_{system_clock()};
  std::unique_ptr<store::ChangeHints> hints_;
  std::shared_ptr<engine::Services> services_;
  engine::Executors executors_;
  plan::Evaluators evaluators_;
  std::atomic<std::int64_t> steps_ = 0, events_ = 0, commits_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t ended_ = 0;  ///< under mutex_
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace

json::Value serve_transitions(ServerJob const& job) {
  Mill mill(job);
  mill.grind();
  return mill.figures();
}

}  // namespace sluice::bench
