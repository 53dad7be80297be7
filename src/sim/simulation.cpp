#include "sim/simulation.hpp"

#include "sim/signals.hpp"

namespace sluice::sim {
namespace {

/// Far above what any run takes: a run that needs more goes in circles.
constexpr int most_steps = 20'000;

}  // namespace

Simulation::Simulation(std::uint64_t seed, Options const& options)
    : ReleaseStage(seed, options, draw_free_scenario),
      client_({cloud_, clock_, faults_, script_}, followed_, clock_),
      machine_(machine(node_clock_, scenario_)) {
  store_faults_.committed = [this](std::string_view operation) {
    if (operation == "create") followed_.created();
  };
}

void Simulation::draw_events() {
  draw_people();
  for (int i = 0; i < scenario_.faults.clock_jumps; ++i) {
    Time at = some_time();
    Duration by(between(random_, -3'600'000, 3'600'000));
    if (!faults_.next_trouble()) continue;
    agenda_.at(at, [this, by] {
      script_.say("the clock jumps by " + std::to_string(by.count()) + " ms");
      node_clock_.jump(by);
    });
  }
}

void Simulation::boot() {
  faults_.crashed = false;
  process_ = std::make_unique<Process>(machine_, ++lives_);
  followed_.restarted();
}

/// True once the run stands in the store.
bool Simulation::begin() {
  auto started = process_->core().start(request(), process_->services(client_));
  if (started && started->busy) broken("the run's own locks are busy");
  if (!started && started.error().code == ErrorCode::invalid_input) {
    broken(started.error().message);
    steps_ = most_steps;
    return true;
  }
  followed_.sync();
  if (!followed_.any()) return false;
  if (!started) faults_.crashed = true;  // nobody runs it: it is taken up by the next process
  return true;
}

bool Simulation::take_over() {
  bool all = true;
  for (auto const& run : followed_.unfinished()) {
    auto resumed = process_->core().resume(run, process_->services(client_));
    if (resumed) continue;
    script_.say("not taken over: " + resumed.error().message);
    all = false;
  }
  followed_.sync();
  if (all || over()) return true;
  clock_.advance(std::chrono::seconds(1));
  return false;
}

void Simulation::pass_time() {
  std::optional<Time> next = process_->core().next_due();
  if (next) next = std::max(node_clock_.in_world(*next), clock_.now());
  auto consider = [&](std::optional<Time> time) {
    if (time && (!next || *time < *next)) next = time;
  };
  consider(client_.next_arrival());
  consider(agenda_.next());
  if (!next) return ask_somebody();
  clock_.advance(*next - clock_.now());
  // People answer some time after they are asked, and not only when nothing else is left to do.
  if (chance(random_, 0.05)) {
    if (auto answer = draw_answer(random_, scenario_, followed_.current())) send(*answer);
  }
}

void Simulation::ask_somebody() {
  auto answer = draw_answer(random_, scenario_, followed_.current());
  if (!answer) {
    broken("the run stands still: nothing is due and nobody is asked");
    steps_ = most_steps;
    return;
  }
  clock_.advance(std::chrono::seconds(between(random_, 1, 600)));
  send(*answer);
}

void Simulation::happen(Time now) {
  client_.deliver_late();
  while (!faults_.crashed && agenda_.happen(now)) {
  }
}

void Simulation::step() {
  ++steps_;
  if (faults_.crashed) {
    process_.reset();
    clock_.advance(std::chrono::seconds(between(random_, 0, 30)));
    boot();
    script_.say("process " + std::to_string(lives_) + " starts");
    if (!take_over()) faults_.crashed = true;
  } else {
    if (!process_->workers().do_any(random_)) {
      pass_time();
      if (!faults_.crashed) process_->core().tick();
    }
    happen(clock_.now());
  }
  followed_.sync();
  followed_.look();
  if (too_late()) {
    broken("the run has not ended after " + text_of(scenario_.bound));
    steps_ = most_steps;
  }
}

void Simulation::send(engine::Signal signal) {
  name_what_was_read(signal);
  std::string run = followed_.current().id;
  auto taken = process_->core().signal(run, signal);
  script_.say("signal " + signal.kind + " " + signal.node + ": " +
              (taken ? "taken" : taken.error().message));
  if (taken) promises_.acknowledged(run, signal.kind);
}

Report Simulation::run() {
  draw_events();
  boot();
  while (!begin()) boot();
  while (!over() && steps_ < most_steps) step();
  finish();
  if (over()) check_memory(*process_);
  return told();
}

}  // namespace sluice::sim
