#include "engine/core_play.hpp"

#include "engine/events.hpp"

namespace sluice::test {

class CorePlay::NoAws final : public engine::AwsAccess {
 public:
  Result<engine::TargetAws> open(plan::Target const&, std::stop_token) override {
    return fail(ErrorCode::unavailable, "there is no AWS here");
  }
  Duration metric_lag() const override { return {}; }
};

namespace {

class NoHttp final : public net::Client {
 public:
  std::expected<net::Response, net::Failure> send(net::Request const&, net::SendOptions const&,
                                                  std::stop_token) override {
    return std::unexpected(net::Failure{Error{ErrorCode::unavailable, "no network", {}}, false});
  }
};

}  // namespace

CorePlay::CorePlay(std::optional<Duration> unload_after)
    : unload_after_(unload_after),
      aws_(std::make_unique<NoAws>()),
      http_(std::make_unique<NoHttp>()) {
  services_ = std::make_shared<engine::Services>(
      engine::Services{clock_, random_, *aws_, *http_, *packages_});
  auto executor = std::make_unique<Probe>();
  probe_ = executor.get();
  executors_.add("probe", std::move(executor));
  evaluators_.add("pointer@1", plan::evaluate_pointer);
  make_core();
}

void CorePlay::make_core() {
  core_.reset();
  workers_ = std::make_unique<sim::QueueWorkers>();
  core_ = std::make_unique<engine::Core>(engine::Core::Ports{*store_, *workers_, clock_, random_,
                                                             executors_, evaluators_, "test",
                                                             nullptr, unload_after_});
}

void CorePlay::start(plan::Node root) {
  plan::Plan plan;
  plan.name = "play";
  plan.root = std::move(root);
  auto started = core_->start({std::move(plan), "tester", {}, {}, {}}, services_);
  ASSERT_TRUE(started) << started.error().text();
  id_ = started->run;
}

Result<engine::Started> CorePlay::start_plan(plan::Plan plan, std::string id) {
  return core_->start({std::move(plan), "tester", {}, {}, {}, std::move(id)}, services_);
}

void CorePlay::run() {
  for (int steps = 0; workers_->waiting() + workers_->answered() > 0; ++steps) {
    ASSERT_LT(steps, 10'000) << "the run goes in circles";
    if (workers_->answered())
      workers_->deliver(0);
    else
      workers_->perform(0);
  }
}

void CorePlay::run_for(Duration time) {
  Time end = clock_.now() + time;
  run();
  for (int steps = 0;; ++steps) {
    ASSERT_LT(steps, 10'000) << "the run goes in circles";
    auto due = core_->next_due();
    if (!due || *due > end) break;
    clock_.advance(*due - clock_.now());
    core_->tick();
    run();
  }
  clock_.advance(end - clock_.now());
  core_->tick();
  run();
}

Result<void> CorePlay::signal(std::string const& kind, std::string const& node) {
  return core_->signal(id_, {.kind = kind, .node = node, .by = "tester", .reason = "", .data = {}});
}

void CorePlay::restart() { restart({id_}); }

void CorePlay::restart(std::vector<std::string> const& runs) {
  make_core();
  for (auto const& run : runs) {
    auto resumed = core_->resume(run, services_);
    ASSERT_TRUE(resumed) << resumed.error().text();
  }
}

void CorePlay::end_elsewhere(std::string const& run) {
  auto claimed = store_->claim(run, "another process");
  ASSERT_TRUE(claimed) << claimed.error().text();
  engine::Event event;
  event.seq = claimed->last_seq + 1;
  event.at = clock_.now();
  event.type = engine::event::run_ended;
  event.body = json::Value{{"state", "stopped"}};
  store::RunPatch patch;
  patch.state = "stopped";
  patch.ended = clock_.now();
  auto ended = store_->append(run, claimed->epoch, {event}, patch);
  ASSERT_TRUE(ended) << ended.error().text();
}

Result<void> CorePlay::stop(std::string const& run) {
  return core_->signal(run, {.kind = "stop", .node = "", .by = "tester", .reason = "", .data = {}});
}

std::string CorePlay::holder(std::string const& lock) {
  auto locks = store_->locks();
  for (auto const& row : *locks)
    if (row.name == lock) return row.run;
  return "";
}

std::vector<engine::Event> CorePlay::stored() { return *store_->events(id_); }

store::RunRow CorePlay::row() { return **store_->run(id_); }

int CorePlay::count(std::string const& type) {
  return static_cast<int>(std::ranges::count(stored(), type, &engine::Event::type));
}

void CorePlay::fail_commits(bool before, bool after) {
  auto answer = [](bool fails) {
    return [fails](char const*) -> Result<void> {
      if (fails) return fail(ErrorCode::unavailable, "the disk is full");
      return {};
    };
  };
  store::MemoryFaults faults;
  faults.before_commit = answer(before);
  faults.after_commit = answer(after);
  store::set_faults(*memory_, std::move(faults));
}

void CorePlay::on_reads(std::function<Result<void>(std::string_view)> answer) {
  store::MemoryFaults faults;
  if (answer)
    faults.before_read = [answer = std::move(answer)](char const* operation) {
      return answer(operation);
    };
  store::set_faults(*memory_, std::move(faults));
}

}  // namespace sluice::test
