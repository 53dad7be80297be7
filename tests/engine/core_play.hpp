#pragma once

#include <gtest/gtest.h>

#include "engine/core.hpp"
#include "plan/steps.hpp"
#include "sim/queue_workers.hpp"
#include "sim/virtual_clock.hpp"
#include "store/memory.hpp"

namespace sluice::test {

/// A step whose moves a test gives: kind "probe". By default it ends at once.
class Probe final : public engine::Executor {
 public:
  std::function<engine::Move(engine::StepContext&)> on_next;
  std::function<engine::Performed(engine::StepContext&, engine::Effect const&)> on_perform;
  std::function<engine::Settled(engine::StepContext&, engine::Effect const&)> on_settle;

  engine::Move next(engine::StepContext& context) const override {
    return on_next ? on_next(context) : engine::Move(engine::Done{});
  }
  engine::Performed perform(engine::StepContext& context,
                            engine::Effect const& effect) const override {
    return on_perform(context, effect);
  }
  engine::Settled settle(engine::StepContext& context,
                         engine::Effect const& effect) const override {
    return on_settle(context, effect);
  }
  bool accepts(std::string_view signal) const override {
    return signal == "approve" || signal == "reject" || signal == "skip";
  }
};

/// A core on a store in memory, with virtual time and a queue instead of threads. The outside is
/// what the test's probe does.
class CorePlay {
 public:
  /// `unload_after`: as in Core::Ports.
  explicit CorePlay(std::optional<Duration> unload_after = std::chrono::seconds(5));

  /// Starts a plan with this root; none of its releases is real.
  void start(plan::Node root);
  /// Starts another run; `start` and this one together: as many as wanted.
  Result<engine::Started> start_plan(plan::Plan plan, std::string id = {});
  /// Does and delivers everything that is ready, oldest first.
  void run();
  /// Until nothing is due and nothing is ready, at most so much time.
  void run_for(Duration time);
  Result<void> signal(std::string const& kind, std::string const& node = "");
  /// The process dies here, and another one takes the run over.
  void restart();
  /// The same with these runs, in this order; the others are left to nobody.
  void restart(std::vector<std::string> const& runs);
  /// Core::resume.
  Result<void> resume(std::string const& run) { return core_->resume(run, services_); }
  /// Another process takes the run and ends it.
  void end_elsewhere(std::string const& run);
  /// Core::signal of another run than the one that `start` began.
  Result<void> stop(std::string const& run);

  engine::RunState state_of(std::string const& run) const { return core_->snapshot(run)->state; }
  store::RunRow row(std::string const& run) { return **store_->run(run); }
  std::vector<store::RunRow> runs() { return *store_->runs({}); }
  /// Who holds a lock; empty: nobody.
  std::string holder(std::string const& lock);
  std::vector<engine::Event> events(std::string const& run) { return *store_->events(run); }
  engine::RunState state() const { return core_->snapshot(id_)->state; }
  engine::NodeState node(std::string const& path) const { return state().node(path); }
  engine::Core& core() { return *core_; }
  sim::QueueWorkers& workers() { return *workers_; }
  sim::VirtualClock& clock() { return clock_; }
  Probe& probe() { return *probe_; }
  std::string const& id() const { return id_; }
  std::vector<engine::Event> stored();
  int count(std::string const& type);
  store::RunRow row();
  /// From here on every commit is answered so; none: all work.
  void fail_commits(bool before, bool after);
  /// From here on it is asked before every read of the store, by the operation's name.
  void on_reads(std::function<Result<void>(std::string_view)> answer);

 private:
  void make_core();
  class NoAws;

  std::optional<Duration> unload_after_;
  sim::VirtualClock clock_{from_millis(1'700'000'000'000)};
  SeededRandom random_{7};
  std::shared_ptr<store::Memory> memory_ = store::make_memory();
  std::unique_ptr<store::Store> store_ = store::open_memory(memory_, clock_);
  std::unique_ptr<store::Packages> packages_ = store::memory_packages();
  std::unique_ptr<engine::AwsAccess> aws_;
  std::unique_ptr<net::Client> http_;
  std::shared_ptr<engine::Services> services_;
  engine::Executors executors_ = engine::standard_executors();
  Probe* probe_ = nullptr;
  plan::Evaluators evaluators_;
  std::unique_ptr<sim::QueueWorkers> workers_;
  std::unique_ptr<engine::Core> core_;
  std::string id_;
};

/// A leaf of kind "probe".
inline plan::Node probe(std::string name) {
  return plan::step(std::move(name), "probe", json::Value(json::Object{}));
}

}  // namespace sluice::test
