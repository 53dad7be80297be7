#include "sim/release_stage.hpp"

#include "sim/signals.hpp"
#include "sim/state_text.hpp"

namespace sluice::sim {
namespace {

Scenario without_trouble(Scenario scenario, Options const& options) {
  if (!options.without_faults) return scenario;
  scenario.faults = {};
  scenario.signals = 0;
  scenario.servers = {.places = scenario.servers.places};
  return scenario;
}

}  // namespace

ReleaseStage::ReleaseStage(std::uint64_t seed, Options const& options,
                           Scenario (*draw)(Random&, store::Packages&))
    : Stage(seed, options),
      scenario_(without_trouble(draw(random_, *packages_), options)),
      cloud_(clock_, random_.next(), scenario_),
      faults_(random_.next(), scenario_.faults, options.left_out),
      followed_({scenario_, cloud_, clock_, faults_, *own_store_, script_, foreign_}),
      store_faults_(memory_, faults_, script_) {
  cloud_.furnish();
}

Time ReleaseStage::some_time() {
  auto span = static_cast<std::uint64_t>(scenario_.expected.count());
  // Much happens in the first seconds: half of the events are drawn there.
  if (chance(random_, 0.5)) span = 20'000;
  return clock_.now() + Duration(static_cast<std::int64_t>(random_.below(span)));
}

void ReleaseStage::draw_people() {
  for (int i = 0; i < scenario_.signals; ++i) {
    Time at = some_time();
    if (!faults_.next_trouble()) continue;
    agenda_.at(at, [this] { send(draw_signal(random_)); });
  }
  auto const& function = scenario_.functions[random_.below(scenario_.functions.size())];
  if (scenario_.faults.foreign > 0) {
    Time at = some_time();
    if (faults_.next_trouble()) agenda_.at(at, [this, &function] { act_as_foreigner(function); });
  }
  if (scenario_.faults.failed_update > 0 && faults_.next_trouble())
    cloud_.fail_next_update(function);
}

void ReleaseStage::act_as_foreigner(FunctionScenario const& function) {
  script_.say("somebody else acts on " + function.release);
  foreign_.insert(function.release);
  followed_.touched();
  auto release = engine::ReleaseState{};
  if (followed_.any()) {
    auto const& releases = followed_.current().releases;
    auto known = releases.find(function.release);
    if (known != releases.end()) release = engine::release_state(known->second);
  }
  act_as_somebody_else(random_, cloud_, function, release);
}

void ReleaseStage::name_what_was_read(engine::Signal& signal) {
  if (signal.kind != "approve" && signal.kind != "reject") return;
  signal.reason = chance(random_, 0.1) ? std::string(64, '0') : plan::digest(scenario_.plan);
  signal.data = json::Value{{"plan_digest", signal.reason}};
  if (options_.bug == PlantedBug::approval_of_any_plan) signal.data = {};
}

engine::StartRequest ReleaseStage::request() const {
  engine::StartRequest request;
  request.plan = scenario_.plan;
  request.requester = "somebody";
  return request;
}

void ReleaseStage::finish() {
  if (!followed_.over()) {
    if (broken_.empty()) broken("the run has not ended after " + std::to_string(steps_) + " steps");
    return;
  }
  for (auto* client : clients())
    while (client->next_arrival()) {
      clock_.advance(*client->next_arrival() - clock_.now());
      client->deliver_late();
    }
  clock_.advance(scenario_.settle_delay + std::chrono::seconds(1));
  followed_.end();
  for (auto& text : promises_.broken(followed_)) broken(std::move(text));
}

void ReleaseStage::check_memory(Process const& process) {
  for (auto const& watch : followed_.all()) {
    auto committed = process.committed(watch->run());
    if (!committed || committed->last_seq != watch->state().last_seq) continue;
    auto live = to_json(*committed), stored = to_json(watch->state());
    if (live.dump() != stored.dump())
      broken("the stored journal does not fold to the state in memory:\n" + live.pretty() + "\n" +
             stored.pretty());
  }
}

Report ReleaseStage::told() const {
  Report report = Stage::report(followed_.violations(), faults_);
  report.journal_hash = followed_.hash();
  if (followed_.any()) report.end_state = followed_.all().front()->state().end_state;
  if (!report.script.empty()) report.plan = plan::to_json(scenario_.plan).pretty();
  report.crashes = lives_ - 1;
  return report;
}

}  // namespace sluice::sim
