#include "sim/signals.hpp"
#include "sim/simulation.hpp"
#include "sim/state_text.hpp"

/// What is around the engine in a simulation: what goes wrong, what people do, and what is looked
/// at when all is over.
namespace sluice::sim {

Scenario Simulation::drawn(Options const& options) {
  Scenario scenario = draw_free_scenario(random_, *packages_);
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
    if (std::string_view(operation) == "create") followed_.created();
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
  for (int i = 0; i < scenario_.signals; ++i) {
    Time at = some_time();
    if (!faults_.next_trouble()) continue;
    events_.emplace(at, [this] { send(draw_signal(random_, followed_.current())); });
  }
  for (int i = 0; i < scenario_.faults.clock_jumps; ++i) {
    Time at = some_time();
    Duration by(between(random_, -3'600'000, 3'600'000));
    if (faults_.next_trouble())
      events_.emplace(at, [this, by] {
        script_.say("the clock jumps by " + std::to_string(by.count()) + " ms");
        node_clock_.jump(by);
      });
  }
  auto const& function = scenario_.functions[random_.below(scenario_.functions.size())];
  if (scenario_.faults.foreign > 0) {
    Time at = some_time();
    if (faults_.next_trouble())
      events_.emplace(at, [this, &function] { act_as_foreigner(function); });
  }
  if (scenario_.faults.failed_update > 0 && faults_.next_trouble())
    cloud_.fail_next_update(function);
}

void Simulation::act_as_foreigner(FunctionScenario const& function) {
  script_.say("somebody else acts on " + function.release);
  foreign_.insert(function.release);
  followed_.touched();
  auto const& releases = followed_.current().releases;
  auto known = releases.find(function.release);
  act_as_somebody_else(
      random_, cloud_, function,
      known == releases.end() ? engine::ReleaseState{} : engine::release_state(known->second));
}

void Simulation::send(engine::Signal signal) {
  if (signal.kind == "approve" || signal.kind == "reject") {
    // Some people have an older plan before their eyes.
    signal.reason = chance(random_, 0.1) ? std::string(64, '0') : plan::digest(scenario_.plan);
    signal.data = json::Value{{"plan_digest", signal.reason}};
    if (options_.bug == PlantedBug::approval_of_any_plan) signal.data = {};
  }
  std::string run = followed_.current().id;
  auto taken = process_->core().signal(run, signal);
  script_.say("signal " + signal.kind + " " + signal.node + ": " +
              (taken ? "taken" : taken.error().message));
  if (taken) acknowledged_.emplace_back(run, signal.kind);
}

/// What the process knows is what its journals say.
void Simulation::check_memory() {
  for (auto const& watch : followed_.all()) {
    auto committed = process_->committed(watch->run());
    if (!committed || committed->last_seq != watch->state().last_seq) continue;
    auto live = to_json(*committed), stored = to_json(watch->state());
    if (live.dump() != stored.dump())
      broken("the stored journal does not fold to the state in memory:\n" + live.pretty() + "\n" +
             stored.pretty());
  }
}

void Simulation::check_acknowledged() {
  std::multiset<std::pair<std::string, std::string>> journalled;
  for (auto const& watch : followed_.all())
    for (auto const& event : watch->events())
      if (event.type == "signal") journalled.emplace(watch->run(), event.body["kind"].as_string());
  for (auto const& signal : acknowledged_) {
    auto found = journalled.find(signal);
    if (found == journalled.end())
      broken("the signal '" + signal.second + "' was acknowledged and is lost");
    else
      journalled.erase(found);
  }
}

}  // namespace sluice::sim
