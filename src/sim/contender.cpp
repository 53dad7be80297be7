#include "sim/contender.hpp"

#include "engine/events.hpp"

namespace sluice::sim {

using engine::Place;

Contender::Contender(int number, Scenario scenario, World world)
    : number_(number),
      scenario_(std::move(scenario)),
      world_(world),
      client_({world.cloud, world.clock, world.faults, world.script}, *this, world.clock) {}

void Contender::begin(std::string run) {
  broken_ = violations();  // of the run before it
  state_ = {};
  state_.id = std::move(run);
  invariants_.clear();
  invariants_.push_back(effects_invariant());
  invariants_.push_back(approvals_invariant());
  invariants_.push_back(journal_invariant());
}

Contender::Phase Contender::phase() const {
  if (refused_) return Phase::refused;
  if (state_.id.empty()) return Phase::absent;
  if (state_.over()) return Phase::over;
  return state_.queued ? Phase::queued : Phase::begun;
}

void Contender::sync() {
  just_begun_ = false;
  if (state_.id.empty()) return;
  while (true) {
    world_.faults.quiet = true;
    auto fresh = world_.store.events(state_.id, state_.last_seq);
    world_.faults.quiet = false;
    ENSURE(fresh.has_value());
    for (auto const& event : *fresh) fold(event);
    if (!state_.over() || state_.linked_run.empty()) return;
    begin(state_.linked_run);
  }
}

void Contender::fold(engine::Event const& event) {
  world_.script.say("run " + std::to_string(number_) + ":");
  world_.script.say(event);
  engine::apply(state_, scenario_.plan, event);
  for (auto& invariant : invariants_) invariant->event(view(), event);
  journal_.push_back(std::to_string(event.seq) + " " + std::to_string(to_millis(event.at)) + " " +
                     event.type + " " + event.body.dump());
  just_begun_ |= event.type == engine::event::locks_taken;
  for (auto const& [id, release] : state_.releases)
    if (auto candidate = release["candidate_version"].as_string(); !candidate.empty())
      world_.cloud.set_candidate(view().function(id), candidate);
  if (event.type == engine::event::run_ended) ended();
}

View Contender::view() const {
  return {scenario_, scenario_.plan, state_, world_.cloud, foreign_, world_.clock.now()};
}

void Contender::accepted(Write write) {
  sync();
  for (auto& invariant : invariants_) invariant->write(view(), write);
  world_.wrote(*this);
}

/// In the same moment: nobody else can have written since.
void Contender::ended() {
  ends_.push_back(state_.end_state);
  static constexpr std::string_view declared[] = {
      "succeeded", "rolled_back", "failed", "stopped", "needs_person", "rejected", "superseded"};
  if (std::ranges::find(declared, state_.end_state) == std::end(declared))
    broken("ended in the undeclared state '" + state_.end_state + "'");
  bool superseded = state_.stop && !state_.stop->superseded_by.empty();
  if (state_.end_state == "superseded" && !superseded) broken("does not know what superseded it");
  if (state_.linked_run.empty()) check_places();
}

void Contender::check_places() {
  for (auto const& function : scenario_.functions) {
    auto release = view().release(function.release);
    std::string name = "release " + function.release + ", which ended as " +
                       std::string(engine::name_of(release.place)) + ",";
    bool settled = release.place != Place::moving && release.place != Place::left_split;
    if (!settled) broken(name + " has no declared end");
    if (release.candidate_version.empty() || release.unchanged || function.alias.empty()) continue;
    auto alias = world_.cloud.alias(function);
    double share = alias ? alias->share_of(release.candidate_version) : 0;
    bool back = release.place == Place::on_baseline || release.place == Place::unchanged;
    if (back && release.function_existed && share > 0)
      broken(name + " leaves traffic on its candidate: " + engine::in_words(*alias));
    if (release.place == Place::on_candidate && release.function_existed && share < 1)
      broken(name + " has not all traffic there");
  }
}

plan::Lock const* Contender::lock(std::string const& name) const {
  auto found = std::ranges::find(scenario_.plan.locks, name, &plan::Lock::name);
  return found == scenario_.plan.locks.end() ? nullptr : &*found;
}

bool Contender::shares_lock(Contender const& other) const {
  return std::ranges::any_of(scenario_.plan.locks,
                             [&](plan::Lock const& lock) { return other.lock(lock.name); });
}

bool Contender::shares_function(Contender const& other) const {
  auto place = [](FunctionScenario const& it) { return std::pair(it.region, it.name); };
  return std::ranges::any_of(scenario_.functions, [&](auto const& mine) {
    return std::ranges::find(other.scenario_.functions, place(mine), place) !=
           other.scenario_.functions.end();
  });
}

void Contender::broken(std::string text) {
  broken_.push_back("run " + std::to_string(number_) + " (" + state_.id + ") " + std::move(text));
}

std::vector<std::string> Contender::violations() const {
  auto all = broken_;
  for (auto const& invariant : invariants_)
    for (auto const& text : invariant->violations())
      all.push_back("run " + std::to_string(number_) + ": " + text);
  return all;
}

}  // namespace sluice::sim
