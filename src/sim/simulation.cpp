#include "sim/simulation.hpp"

#include "sim/signals.hpp"

namespace sluice::sim {
namespace {

/// Far above what any run takes: a run that needs more goes in circles.
constexpr int most_steps = 20'000;
constexpr Time start_of_time = Time(std::chrono::hours(24 * 365 * 56));

}  // namespace

Simulation::Simulation(std::uint64_t seed, Options const& options)
    : options_(options),
      clock_(start_of_time),
      random_(seed),
      scenario_(drawn(options)),
      script_(clock_),
      cloud_(clock_, random_.next(), scenario_),
      faults_(random_.next(), scenario_.faults, options.left_out),
      followed_({scenario_, cloud_, clock_, faults_, *own_store_, script_, foreign_}),
      client_(cloud_, clock_, faults_, followed_, script_),
      executors_(planted_executors(options.bug)) {}

void Simulation::boot() {
  faults_.crashed = false;
  process_ = std::make_unique<Process>(*machine_, ++lives_);
  followed_.restarted();
}

/// True once the run stands in the store.
bool Simulation::begin() {
  engine::StartRequest request;
  request.plan = scenario_.plan;
  request.requester = "somebody";
  auto started = process_->core().start(std::move(request), process_->services(client_));
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

/// One thing that is ready: work, an answer, or an event whose time has come. False: nothing is.
bool Simulation::work() {
  auto& workers = process_->workers();
  std::size_t ready = workers.waiting() + workers.answered();
  if (ready == 0) return false;
  std::size_t index = random_.below(ready);
  if (index < workers.waiting())
    workers.perform(index);
  else
    workers.deliver(index - workers.waiting());
  return true;
}

void Simulation::pass_time() {
  std::optional<Time> next = process_->core().next_due();
  if (next) next = std::max(node_clock_.in_world(*next), clock_.now());
  auto consider = [&](std::optional<Time> time) {
    if (time && (!next || *time < *next)) next = time;
  };
  consider(client_.next_arrival());
  if (!events_.empty()) consider(events_.begin()->first);
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
  while (!events_.empty() && events_.begin()->first <= now && !faults_.crashed) {
    auto happens = std::move(events_.begin()->second);
    events_.erase(events_.begin());
    happens();
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
    if (!work()) {
      pass_time();
      if (!faults_.crashed) process_->core().tick();
    }
    happen(clock_.now());
  }
  followed_.sync();
  followed_.look();
  if (clock_.now() - start_of_time > scenario_.bound) {
    broken("the run has not ended after " + text_of(scenario_.bound));
    steps_ = most_steps;
  }
}

void Simulation::finish() {
  if (!over()) {
    if (broken_.empty()) broken("the run has not ended after " + std::to_string(steps_) + " steps");
    return;
  }
  while (client_.next_arrival()) {
    clock_.advance(*client_.next_arrival() - clock_.now());
    client_.deliver_late();
  }
  clock_.advance(scenario_.settle_delay + std::chrono::seconds(1));
  followed_.end();
  check_memory();
  check_acknowledged();
}

Report Simulation::run() {
  cloud_.furnish();
  machine_ = std::make_unique<Machine>(Machine{node_clock_, random_, *store_, *packages_,
                                               executors_, evaluators_, scenario_.metric_lag,
                                               options_.bug, scenario_.unload_after});
  set_store_faults();
  draw_events();
  boot();
  while (!begin()) boot();
  while (!over() && steps_ < most_steps) step();
  finish();
  return report();
}

Report Simulation::report() {
  Report report;
  report.violations = followed_.violations();
  report.violations.insert(report.violations.end(), broken_.begin(), broken_.end());
  report.ok = report.violations.empty();
  report.journal_hash = followed_.hash();
  if (followed_.any()) report.end_state = followed_.all().front()->state().end_state;
  if (!report.ok || options_.keep_script) {
    report.script = script_.lines();
    report.plan = plan::to_json(scenario_.plan).pretty();
  }
  report.left_out = options_.left_out;
  report.troubles = faults_.troubles();
  report.crashes = lives_ - 1;
  report.steps = steps_;
  return report;
}

}  // namespace sluice::sim
