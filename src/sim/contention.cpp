#include "sim/contention.hpp"

#include "base/hash.hpp"
#include "sim/call_budget.hpp"
#include "sim/contender.hpp"
#include "sim/contention_plan.hpp"
#include "sim/signals.hpp"
#include "sim/stage.hpp"
#include "sim/store_faults.hpp"

namespace sluice::sim {
namespace {

/// Far above what any seed takes: runs that need more go in circles.
constexpr int most_steps = 60'000;

class Contention : Stage {
 public:
  Contention(std::uint64_t seed, Options const& options)
      : Stage(seed, options),
        scenarios_(
            draw_contention(random_, *packages_, options.bug == PlantedBug::locks_of_their_own)),
        world_(world_of(scenarios_)),
        cloud_(clock_, random_.next(), world_),
        faults_(random_.next(), options.without_faults ? FaultRates{} : rates()),
        machine_(machine(clock_, world_)) {
    for (auto const& scenario : scenarios_)
      contenders_.push_back(std::make_unique<Contender>(
          static_cast<int>(contenders_.size()) + 1, scenario,
          Contender::World{cloud_, clock_, faults_, *own_store_, script_,
                           [this](Contender const& who) { wrote(who); },
                           [this](CloudCall const& call) { budget_.sent(clock_.now(), call); }}));
  }

  Report run();

 private:
  using Phase = Contender::Phase;

  /// The functions of all.
  static Scenario world_of(std::vector<Scenario> const& scenarios) {
    Scenario world = scenarios.front();
    for (auto const& scenario : scenarios)
      if (!scenario.prefix.empty())
        world.functions.insert(world.functions.end(), scenario.functions.begin(),
                               scenario.functions.end());
    return world;
  }
  FaultRates rates() const {
    FaultRates rates = scenarios_.front().faults;
    rates.most *= static_cast<int>(scenarios_.size());
    return rates;
  }
  void draw_events();
  void boot();
  void arrive(Contender& contender);
  void take_up(Contender& contender);
  void pass_time();
  bool answer_somebody();
  void send(Contender& contender, engine::Signal const& signal);
  void happen();
  void step();
  void sync();
  void wrote(Contender const& who);
  void check_order();
  bool over() const;
  Duration bound() const;
  Report told();

  std::vector<Scenario> scenarios_;
  Scenario world_;
  Cloud cloud_;
  Faults faults_;
  StoreFaults store_faults_{memory_, faults_, script_};
  CallBudget budget_;
  std::vector<std::unique_ptr<Contender>> contenders_;
  Machine machine_;
  std::unique_ptr<Process> process_;
};

void Contention::draw_events() {
  auto span = static_cast<std::uint64_t>(scenarios_.front().expected.count());
  // Those with functions of their own meet in the budget of calls: mostly they come together.
  bool apart = !scenarios_.back().prefix.empty();
  bool together = apart && chance(random_, 0.7);
  auto some_time = [&] {
    std::uint64_t within = together ? 500 : chance(random_, 0.5) ? 20'000 : span;
    return clock_.now() + Duration(static_cast<std::int64_t>(random_.below(within)));
  };
  for (auto& contender : contenders_) {
    auto* it = contender.get();
    agenda_.at(some_time(), [this, it] { arrive(*it); });
    if (options_.without_faults || !chance(random_, 0.3)) continue;
    agenda_.at(some_time(), [this, it] { send(*it, draw_signal(random_)); });
  }
}

void Contention::boot() {
  process_.reset();
  faults_.crashed = false;
  budget_.restarted();
  process_ = std::make_unique<Process>(machine_, ++lives_);
  script_.say("process " + std::to_string(lives_) + " starts");
  for (auto& contender : contenders_) {
    // Somebody takes each of them up, sooner or later.
    bool later = chance(random_, 0.5);
    Duration after = later ? Duration(between(random_, 0, 120'000)) : Duration(0);
    auto* it = contender.get();
    int life = lives_;
    agenda_.at(clock_.now() + after, [this, it, life] {
      if (life == lives_) take_up(*it);
    });
  }
}

void Contention::arrive(Contender& contender) {
  engine::StartRequest request;
  request.plan = contender.scenario().plan;
  request.requester = "somebody";
  std::string digest = plan::digest(request.plan);
  auto started = process_->core().start(std::move(request), process_->services(contender.client()));
  if (started && started->busy) {
    script_.say("run " + std::to_string(contender.number()) + " is refused: " + started->busy->run);
    auto const* lock = contender.lock(started->busy->lock);
    if (!lock || lock->busy != plan::Lock::Busy::reject)
      broken("a run was refused although its plan says to wait for " + started->busy->lock);
    return contender.refuse();
  }
  faults_.quiet = true;
  auto rows = own_store_->runs({});
  faults_.quiet = false;
  ENSURE(rows.has_value());
  for (auto const& row : *rows)
    if (row.plan_digest == digest && contender.run().empty()) contender.begin(row.id);
  // What was not written is asked for again; what was, but not answered, somebody takes up.
  auto* it = &contender;
  if (contender.run().empty())
    agenda_.at(clock_.now() + std::chrono::seconds(1), [this, it] { arrive(*it); });
  else if (!started)
    agenda_.at(clock_.now() + std::chrono::seconds(1), [this, it] { take_up(*it); });
}

void Contention::take_up(Contender& contender) {
  contender.sync();
  if (contender.run().empty() || contender.phase() == Phase::over) return;
  auto resumed = process_->core().resume(contender.run(), process_->services(contender.client()));
  if (resumed) return;
  script_.say("not taken up: " + resumed.error().message);
  auto* it = &contender;
  agenda_.at(clock_.now() + std::chrono::seconds(1), [this, it] { take_up(*it); });
}

void Contention::pass_time() {
  std::optional<Time> next = process_->core().next_due();
  auto consider = [&](std::optional<Time> time) {
    if (time && (!next || *time < *next)) next = time;
  };
  for (auto const& contender : contenders_) consider(contender->client().next_arrival());
  consider(agenda_.next());
  bool asks = chance(random_, 0.02);
  if (next) clock_.advance(*next - clock_.now());
  if (next && !asks) return;
  if (!next) clock_.advance(std::chrono::seconds(between(random_, 1, 600)));
  if (answer_somebody() || next) return;
  broken("everything stands still: nothing is due and nobody is asked");
  steps_ = most_steps;
}

bool Contention::answer_somebody() {
  for (auto& contender : contenders_) {
    if (contender->phase() != Phase::queued && contender->phase() != Phase::begun) continue;
    auto answer = draw_answer(random_, contender->scenario(), contender->state());
    if (!answer) continue;
    send(*contender, *answer);
    return true;
  }
  return false;
}

void Contention::send(Contender& contender, engine::Signal const& signal) {
  if (contender.run().empty()) return;
  auto taken = process_->core().signal(contender.run(), signal);
  script_.say("signal " + signal.kind + " to run " + std::to_string(contender.number()) + ": " +
              (taken ? "taken" : taken.error().message));
}

void Contention::happen() {
  for (auto& contender : contenders_) contender->client().deliver_late();
  while (!faults_.crashed && agenda_.happen(clock_.now())) sync();
}

void Contention::step() {
  ++steps_;
  if (faults_.crashed) {
    clock_.advance(std::chrono::seconds(between(random_, 0, 30)));
    boot();
  } else if (!process_->workers().do_any(random_)) {
    pass_time();
    if (!faults_.crashed) process_->core().tick();
  }
  happen();
  sync();
  if (clock_.now() - start_of_time <= bound()) return;
  for (auto const& contender : contenders_)
    if (contender->phase() != Phase::over && contender->phase() != Phase::refused)
      broken("run " + std::to_string(contender->number()) + " has neither ended after " +
             text_of(bound()) + " nor been refused");
  steps_ = most_steps;
}

Duration Contention::bound() const {
  Duration bound{};
  for (auto const& scenario : scenarios_) bound += scenario.bound;
  return bound;
}

/// All journals first: what one says is judged by what the others say at the same moment.
void Contention::sync() {
  for (auto& contender : contenders_) contender->sync();
  check_order();
}

void Contention::check_order() {
  for (auto const& one : contenders_)
    for (auto const& other : contenders_)
      if (one->number() < other->number() && one->phase() == Phase::begun &&
          other->phase() == Phase::begun && one->shares_function(*other))
        broken("runs " + std::to_string(one->number()) + " and " + std::to_string(other->number()) +
               " are at work on the same functions");
  for (auto const& late : contenders_) {
    if (!late->just_begun()) continue;
    bool takes_places = std::ranges::any_of(late->scenario().plan.locks, [](auto const& lock) {
      return lock.busy == plan::Lock::Busy::enqueue_one || lock.busy == plan::Lock::Busy::supersede;
    });
    for (auto const& early : contenders_)
      if (early->phase() == Phase::queued && early->state().created < late->state().created &&
          early->shares_lock(*late) && !takes_places)
        broken("run " + std::to_string(late->number()) + " began before run " +
               std::to_string(early->number()) + ", which has waited longer");
  }
}

void Contention::wrote(Contender const& who) {
  faults_.quiet = true;
  auto locks = own_store_->locks();
  faults_.quiet = false;
  ENSURE(locks.has_value());
  for (auto const& lock : who.scenario().plan.locks) {
    auto held = std::ranges::find(*locks, lock.name, &store::LockRow::name);
    if (held == locks->end() || held->run != who.run())
      broken("run " + std::to_string(who.number()) + " wrote without holding " + lock.name);
  }
  for (auto const& other : contenders_)
    if (other.get() != &who && other->phase() == Phase::begun && other->shares_function(who))
      broken("run " + std::to_string(who.number()) + " wrote while run " +
             std::to_string(other->number()) + " was at work");
}

bool Contention::over() const {
  return std::ranges::all_of(contenders_, [](auto const& contender) {
    return contender->phase() == Phase::over || contender->phase() == Phase::refused;
  });
}

Report Contention::run() {
  cloud_.furnish();
  draw_events();
  boot();
  while (!over() && steps_ < most_steps) step();
  if (!over() && broken_.empty())
    broken("the runs have not ended after " + std::to_string(steps_) + " steps");
  faults_.quiet = true;
  if (auto locks = own_store_->locks(); broken_.empty() && !locks->empty())
    broken("lock " + locks->front().name + " is still held by " + locks->front().run);
  return told();
}

Report Contention::told() {
  std::vector<std::string> violations = budget_.violations();
  for (auto const& contender : contenders_) {
    auto found = contender->violations();
    violations.insert(violations.end(), found.begin(), found.end());
  }
  Report report = Stage::report(std::move(violations), faults_);
  Sha256 hash;
  for (auto const& contender : contenders_) {
    for (auto const& line : contender->journal()) hash.update(line + "\n");
    for (auto const& end : contender->ends())
      report.end_state += (report.end_state.empty() ? "" : " ") + end;
    if (contender->ends().size() > 1) report.end_state += " linked";
    if (contender->phase() == Phase::refused) report.end_state += " refused";
  }
  report.journal_hash = hex(hash.finish());
  report.crashes = lives_ - 1;
  return report;
}

}  // namespace

Report run_contention_seed(std::uint64_t seed, Options const& options) {
  return Contention(seed, options).run();
}

}  // namespace sluice::sim
