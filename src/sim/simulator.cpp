#include "sim/simulator.hpp"

#include "sim/process.hpp"
#include "sim/signals.hpp"
#include "sim/state_text.hpp"
#include "sim/watch.hpp"
#include "store/memory.hpp"

namespace sluice::sim {
namespace {

/// Far above what any run takes: a run that needs more goes in circles.
constexpr int most_steps = 10'000;
constexpr Time start_of_time = Time(std::chrono::hours(24 * 365 * 56));

class Simulation {
 public:
  Simulation(std::uint64_t seed, Options const& options)
      : options_(options),
        random_(seed),
        scenario_(drawn(options)),
        script_(clock_),
        cloud_(clock_, random_.next(), scenario_),
        faults_(random_.next(), scenario_.faults),
        watch_(scenario_, cloud_, clock_, faults_, *own_store_, script_),
        client_(cloud_, clock_, faults_, watch_, script_,
                options.bug == PlantedBug::resend_stale_alias_writes),
        executors_(planted_executors(options.bug)) {}

  Report run();

 private:
  Scenario drawn(Options const& options);
  void set_store_faults();
  Result<void> commit(CommitFault fault, bool after, char const* operation);
  void draw_events();
  void boot();
  bool begin();
  bool take_over();
  void step();
  bool work();
  void pass_time();
  void happen(Time now);
  void send(engine::Signal const& signal);
  void ask_somebody();
  void finish();
  bool over() const { return watch_.state().over(); }
  void broken(std::string text) { broken_.push_back(std::move(text)); }

  Options const options_;
  VirtualClock clock_{start_of_time};
  SeededRandom random_;
  std::unique_ptr<store::Packages> packages_ = store::memory_packages();
  Scenario scenario_;
  Script script_;
  Cloud cloud_;
  Faults faults_;
  std::shared_ptr<store::Memory> memory_ = store::make_memory();
  std::unique_ptr<store::Store> store_ = store::open_memory(memory_, clock_);
  std::unique_ptr<store::Store> own_store_ = store::open_memory(memory_, clock_);
  Watch watch_;
  FaultyClient client_;
  engine::Executors executors_;
  plan::Evaluators evaluators_;
  CommitFault after_commit_ = CommitFault::none;
  std::multimap<Time, std::function<void()>> events_;
  std::unique_ptr<Machine> machine_;
  std::unique_ptr<Process> process_;
  std::vector<std::string> acknowledged_;
  std::vector<std::string> broken_;
  int lives_ = 0;
  int steps_ = 0;
};

Scenario Simulation::drawn(Options const& options) {
  Scenario scenario = draw_scenario(random_, *packages_);
  if (options.without_faults) scenario.faults = {}, scenario.signals = 0;
  return scenario;
}

Result<void> Simulation::commit(CommitFault fault, bool after, char const* operation) {
  bool here = after ? fault == CommitFault::answer_lost || fault == CommitFault::crash_after
                    : fault == CommitFault::refused || fault == CommitFault::crash_before;
  if (!here) return {};
  script_.say(std::string("commit ") + operation + ": " + std::string(name_of(fault)));
  if (fault == CommitFault::crash_before || fault == CommitFault::crash_after)
    faults_.crashed = true;
  return fail(ErrorCode::unavailable, "the disk is full");
}

void Simulation::set_store_faults() {
  store::MemoryFaults hooks;
  hooks.before_commit = [this](char const* operation) -> Result<void> {
    if (faults_.crashed) return fail(ErrorCode::unavailable, "the process is dead");
    after_commit_ = faults_.draw_commit();
    return commit(after_commit_, false, operation);
  };
  hooks.after_commit = [this](char const* operation) {
    return commit(after_commit_, true, operation);
  };
  hooks.before_read = [this](char const*) -> Result<void> {
    if (faults_.crashed && !faults_.quiet)
      return fail(ErrorCode::unavailable, "the process is dead");
    return {};
  };
  store::set_faults(*memory_, std::move(hooks));
}

void Simulation::draw_events() {
  auto some_time = [&] {
    auto span = static_cast<std::uint64_t>(scenario_.expected.count());
    // Much happens in the first seconds: half of the events are drawn there.
    if (chance(random_, 0.5)) span = 20'000;
    return clock_.now() + Duration(static_cast<std::int64_t>(random_.below(span)));
  };
  for (int i = 0; i < scenario_.signals; ++i)
    events_.emplace(some_time(), [this] { send(draw_signal(random_, watch_.state())); });
  auto const& function = scenario_.functions[random_.below(scenario_.functions.size())];
  if (scenario_.faults.foreign > 0)
    events_.emplace(some_time(), [this, &function] {
      script_.say("somebody else acts on " + function.release);
      watch_.foreign.insert(function.release);
      watch_.touched();
      auto const& releases = watch_.state().releases;
      auto known = releases.find(function.release);
      act_as_somebody_else(
          random_, cloud_, function,
          known == releases.end() ? engine::ReleaseState{} : engine::release_state(known->second));
    });
  if (scenario_.faults.failed_update > 0) cloud_.fail_next_update(function);
}

void Simulation::boot() {
  faults_.crashed = false;
  process_ = std::make_unique<Process>(*machine_, ++lives_);
}

/// True once the run stands in the store.
bool Simulation::begin() {
  engine::StartRequest request;
  request.plan = scenario_.plan;
  request.requester = "somebody";
  auto started = process_->core().start(std::move(request), process_->services(client_));
  if (started && started->busy) broken("the run's own locks are busy");
  faults_.quiet = true;
  auto rows = own_store_->runs({});
  faults_.quiet = false;
  ENSURE(rows.has_value());
  if (rows->empty()) return false;
  watch_.begin(rows->front().id);
  watch_.sync();
  if (!started) faults_.crashed = true;  // nobody runs it: it is taken up by the next process
  return true;
}

bool Simulation::take_over() {
  auto resumed = process_->core().resume(watch_.run(), process_->services(client_));
  watch_.sync();
  if (resumed || over()) return true;
  script_.say("not taken over: " + resumed.error().message);
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
  auto consider = [&](std::optional<Time> time) {
    if (time && (!next || *time < *next)) next = time;
  };
  consider(client_.next_arrival());
  if (!events_.empty()) consider(events_.begin()->first);
  if (!next) return ask_somebody();
  clock_.advance(*next - clock_.now());
  // People answer some time after they are asked, and not only when nothing else is left to do.
  if (chance(random_, 0.05)) {
    if (auto answer = draw_answer(random_, scenario_, watch_.state())) send(*answer);
  }
}

void Simulation::ask_somebody() {
  auto answer = draw_answer(random_, scenario_, watch_.state());
  if (!answer) {
    broken("the run stands still: nothing is due and nobody is asked");
    steps_ = most_steps;
    return;
  }
  clock_.advance(std::chrono::seconds(between(random_, 1, 600)));
  send(*answer);
}

void Simulation::send(engine::Signal const& signal) {
  auto taken = process_->core().signal(watch_.run(), signal);
  script_.say("signal " + signal.kind + " " + signal.node + ": " +
              (taken ? "taken" : taken.error().message));
  if (taken) acknowledged_.push_back(signal.kind);
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
  watch_.sync();
  watch_.look();
  if (clock_.now() - start_of_time > scenario_.bound) {
    broken("the run has not ended after " + text_of(scenario_.bound));
    steps_ = most_steps;
  }
}

void Simulation::finish() {
  if (!over()) {
    broken("the run has not ended after " + std::to_string(steps_) + " steps");
    return;
  }
  while (client_.next_arrival()) {
    clock_.advance(*client_.next_arrival() - clock_.now());
    client_.deliver_late();
  }
  clock_.advance(scenario_.settle_delay + std::chrono::seconds(1));
  watch_.end();
  if (auto committed = process_->committed(watch_.run())) {
    auto live = to_json(*committed), stored = to_json(watch_.state());
    bool same_end = committed->last_seq == watch_.state().last_seq;
    if (same_end && live.dump() != stored.dump())
      broken("the stored journal does not fold to the state in memory:\n" + live.pretty() + "\n" +
             stored.pretty());
  }
  std::multiset<std::string> journalled;
  for (auto const& event : watch_.events())
    if (event.type == "signal") journalled.insert(event.body["kind"].as_string());
  for (auto const& kind : acknowledged_) {
    auto found = journalled.find(kind);
    if (found == journalled.end())
      broken("the signal '" + kind + "' was acknowledged and is lost");
    else
      journalled.erase(found);
  }
}

Report Simulation::run() {
  cloud_.furnish();
  machine_ =
      std::make_unique<Machine>(Machine{clock_, random_, *store_, *packages_, executors_,
                                        evaluators_, scenario_.metric_lag, scenario_.unload_after});
  set_store_faults();
  draw_events();
  boot();
  while (!begin()) boot();
  while (!over() && steps_ < most_steps) step();
  finish();
  Report report;
  report.violations = watch_.violations();
  report.violations.insert(report.violations.end(), broken_.begin(), broken_.end());
  report.ok = report.violations.empty();
  report.journal_hash = watch_.hash();
  report.end_state = watch_.state().end_state;
  if (!report.ok || options_.keep_script) report.script = script_.lines();
  report.crashes = lives_ - 1;
  report.steps = steps_;
  return report;
}

}  // namespace

std::string Report::text(std::uint64_t seed) const {
  std::string text = "seed " + std::to_string(seed) + ", ended as '" + end_state + "'\n";
  for (auto const& violation : violations) text += "  broken: " + violation + "\n";
  for (auto const& line : script) text += "  " + line + "\n";
  return text;
}

Report run_seed(std::uint64_t seed, Options const& options) {
  return Simulation(seed, options).run();
}

}  // namespace sluice::sim
