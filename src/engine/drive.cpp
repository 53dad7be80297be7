#include <algorithm>

#include "base/log.hpp"
#include "engine/core_run.hpp"
#include "engine/events.hpp"
#include "engine/release/fence.hpp"
#include "engine/release/outcome.hpp"
#include "engine/secrets.hpp"

namespace sluice::engine {
namespace {

constexpr Duration exclusive_retry = std::chrono::milliseconds(200);
constexpr Duration untrusted_retry = std::chrono::milliseconds(200);
/// An effect that turned out not to have happened is tried again at once that often.
constexpr std::ptrdiff_t quick_tries = 3;

/// The members of `after` that differ from `before`, and those that are gone.
json::Value difference(std::string const& id, json::Value const& before, json::Value const& after) {
  json::Value set = json::Object{};
  json::Value unset = json::Array{};
  for (auto const& [name, value] : after.members())
    if (!before.contains(name) || !(before[name] == value)) set.set(name, value);
  for (auto const& [name, value] : before.members())
    if (!after.contains(name)) unset.push(name);
  if (set.members().empty() && unset.items().empty()) return {};
  return json::Value{{"id", id}, {"set", set}, {"unset", unset}};
}

/// Whose limits of calls a step meets: AWS counts them by account and Region.
std::string party_of(StepContext const& context) {
  if (context.release_id.empty()) return {};
  auto const& target = context.target();
  return target.role + " " + target.account + " " + target.region;
}

}  // namespace

void Drive::leaves() {
  if (!core_.trusted()) return wait_for_trust();
  // Executors' answers change the nodes: collect first.
  std::vector<std::string> paths;
  for (auto const& [path, it] : run_->state.nodes)
    if (it.active() && !run_->in_flight.contains(path)) paths.push_back(path);
  for (auto const& path : paths) {
    if (run_->lost || !run_->frozen.empty()) return;
    // What came of the ones before may have moved this one already.
    NodeState const& it = run_->state.node(path);
    if (it.active() && !run_->in_flight.contains(path)) leaf(path, it);
  }
}

/// Whatever could have moved now is looked at again.
void Drive::wait_for_trust() {
  Time later = core_.ports_.clock.now() + untrusted_retry;
  for (auto const& [path, it] : run_->state.nodes) {
    plan::Node const* node = plan::find(*run_->plan, path);
    bool moves = it.active() && it.status != NodeStatus::asking && node && node->step;
    if (moves && !run_->in_flight.contains(path)) run_->wait_until.try_emplace(path, later);
  }
}

void Drive::leaf(std::string const& path, NodeState const& it) {
  plan::Node const* node = plan::find(*run_->plan, path);
  if (!node || !node->step || it.status == NodeStatus::asking) return;
  Time now = core_.ports_.clock.now();
  bool open = !it.effects.empty() && it.effects.back().open();
  auto waiting = run_->wait_until.find(path);
  bool waits = waiting != run_->wait_until.end() && waiting->second > now;
  if (it.ending && !open && !it.fence_due) {
    run_->wait_until.erase(path);
    end_as_told(context(path, {}), *it.ending);
    return core_.advance(*run_);
  }
  if (waits && !run_->to_wake.contains(path)) return;
  run_->wait_until.erase(path);
  if (open && run_->not_begun.erase(path)) {
    if (!it.ending) return dispatch(path, Job::perform);
    if (it.effects.back().intent["name"].as_string() != fence_alias) return take_intent_back(path);
  }
  if (open) return dispatch(path, Job::settle);
  if (it.fence_due) return begin_fence(path);
  // Traffic may be split for as long as a run is paused: its alarms are watched all the same.
  bool watches = node->step->kind == "alarms";
  bool paused = run_->state.paused && !in_compensation(path) && !watches;
  if (it.status == NodeStatus::parked) {
    bool due = it.due && *it.due <= now && !paused;
    bool promoted = run_->state.promoting && (!it.asks_person || ends_with_promote(*node));
    if (!due && !promoted && !run_->to_wake.contains(path)) return;
  } else if (paused && it.effects.empty() && it.signals.empty()) {
    return;
  }
  run_->to_wake.erase(path);
  dispatch(path, Job::next);
}

/// Promoting never answers for a person, except where the person was asked about the pace alone.
bool Drive::ends_with_promote(plan::Node const& node) const {
  Executor const* executor = core_.ports_.executors.find(node.step->kind);
  return executor && executor->accepts("promote");
}

StepContext Drive::context(std::string const& path, std::stop_token stop) const {
  StepContext it{.services = *run_->services,
                 .plan = run_->plan,
                 .run = run_->id,
                 .path = path,
                 .record = run_->state.node(path),
                 .now = core_.ports_.clock.now(),
                 .promoting = run_->state.promoting,
                 .releases = run_->state.releases,
                 .stop = std::move(stop),
                 .release_id = {},
                 .release = std::nullopt,
                 .notes = {}};
  it.release_id = it.record.input["release"].as_string();
  if (!it.release_id.empty()) it.release = release_state(it.releases[it.release_id]);
  return it;
}

bool Drive::acquire(StepContext const& context, Executor const& executor) {
  std::string key = executor.exclusive_key(context);
  if (key.empty()) return true;
  auto [entry, taken] = core_.exclusive_.try_emplace(key, run_->id, context.path);
  if (!taken && entry->second != std::pair(run_->id, context.path)) return false;
  run_->held_keys[context.path] = key;
  return true;
}

void Drive::dispatch(std::string const& path, Job job) {
  plan::Node const* node = plan::find(*run_->plan, path);
  Executor const* executor = core_.ports_.executors.find(node->step->kind);
  NodeState const& it = run_->state.node(path);
  if (!executor) {
    StepContext mine = context(path, {});
    Failed why{plan::ErrorClass::configuration,
               "this version of sluice has no step of the kind '" + node->step->kind + "'", ""};
    end_leaf(mine, NodeStatus::failed, why, {});
    return core_.advance(*run_);
  }
  std::stop_source stop;
  StepContext mine = context(path, stop.get_token());
  if (!acquire(mine, *executor)) {
    run_->wait_until[path] = core_.ports_.clock.now() + exclusive_retry;
    return;
  }
  if (it.status == NodeStatus::parked) {
    // Parked again or ended by its answer; the wake itself is not worth a commit of its own.
    core_.record(*run_, event::node_woken, json::Value{{"node", path}});
  }
  // What is done although the step is to end is not taken back for that.
  auto begun = it.ending ? nullptr : std::make_shared<std::atomic<bool>>(false);
  auto flight = Core::Run::InFlight{stop, ++run_->flights, std::move(begun), job == Job::perform};
  run_->in_flight[path] = flight;
  work(*executor, job, std::move(mine), flight);
}

/// The step is to end, and what it intended was given to nobody yet.
void Drive::take_intent_back(std::string const& path) {
  did_not_happen(context(path, {}), "the step was to end before it was done");
  core_.advance(*run_);
}

void Drive::work(Executor const& executor, Job job, StepContext context,
                 Core::Run::InFlight const& flight) {
  // A rollback may be waiting for what became of a step that is to end.
  bool back = in_compensation(context.path) || context.record.ending;
  Pool pool = back ? Pool::rollback : executor.pool_for(context);
  std::string const party = party_of(context);
  // The run is kept alive by this closure; the core outlives its workers.
  auto self = *this;
  core_.ports_.workers.run_for(
      party, pool,
      [self, &executor, job, number = flight.number, begun = flight.begun,
       context = std::move(context)]() mutable {
        std::function<void()> answer = [] {};
        if (begun && begun->exchange(true)) return answer;
        if (!self.core_.trusted()) {
          answer = [self, job, number, path = context.path]() mutable {
            if (self.arrived(path, number)) self.put_back(path, job);
          };
          return answer;
        }
        if (job == Job::next) {
          Move move = executor.next(context);
          hide_secrets(context, move);
          answer = [self, number, context = std::move(context), move = std::move(move)]() mutable {
            if (self.arrived(context.path, number)) self.on_move(context, std::move(move));
          };
          return answer;
        }
        Effect effect = effect_of(context.record.effects.back().intent);
        if (job == Job::perform) {
          Performed outcome = effect.name == fence_alias ? perform_fence(context, effect)
                                                         : executor.perform(context, effect);
          hide_secrets(context, outcome);
          answer = [self, number, context = std::move(context),
                    outcome = std::move(outcome)]() mutable {
            if (self.arrived(context.path, number)) self.on_performed(context, std::move(outcome));
          };
          return answer;
        }
        Settled outcome = effect.name == fence_alias ? settle_fence(context, executor, effect)
                                                     : executor.settle(context, effect);
        hide_secrets(context, outcome);
        answer = [self, number, context = std::move(context),
                  outcome = std::move(outcome)]() mutable {
          if (self.arrived(context.path, number)) self.on_settled(context, std::move(outcome));
        };
        return answer;
      });
}

/// Trust ended before it came to it: nothing was done.
void Drive::put_back(std::string const& path, Job job) {
  if (job == Job::perform) run_->not_begun.insert(path);
  run_->wait_until[path] = core_.ports_.clock.now() + untrusted_retry;
}

/// Whether this is the answer that is waited for, and still of use.
bool Drive::arrived(std::string const& path, std::uint64_t number) {
  core_.touch(*run_);
  auto flight = run_->in_flight.find(path);
  if (flight == run_->in_flight.end() || flight->second.number != number) return false;
  run_->in_flight.erase(flight);
  return !run_->lost && run_->state.node(path).active();
}

void Drive::add_release(json::Value& body, StepContext const& context) const {
  if (!context.release) return;
  auto known = context.releases.find(context.release_id);
  json::Value before =
      known == context.releases.end() ? json::Value(json::Object{}) : known->second;
  json::Value patch = difference(context.release_id, before, to_json(*context.release));
  if (!patch.is_null()) body.set("release", std::move(patch));
}

void Drive::add_notes(StepContext const& context) {
  for (auto const& text : context.notes) {
    std::string& told = run_->told[context.path];
    if (told == text) continue;  // a look that is repeated every second says it once
    told = text;
    core_.record(*run_, event::note,
                 json::Value{{"level", "warning"}, {"node", context.path}, {"text", text}});
  }
}

void Drive::end_leaf(StepContext const& context, NodeStatus status, Failed const& why,
                     json::Value outputs) {
  json::Value body{{"node", context.path}, {"status", name_of(status)}};
  bool bad = status == NodeStatus::failed || status == NodeStatus::cancelled;
  if (bad) body.set("class", plan::name_of(why.error));
  if (!why.reason.empty()) body.set("reason", why.reason);
  if (!why.hint.empty()) body.set("hint", why.hint);
  if (status == NodeStatus::cancelled) body.set("decided_by", "-");
  if (!outputs.is_null()) body.set("outputs", std::move(outputs));
  add_release(body, context);
  core_.record(*run_, event::node_ended, std::move(body));
  run_->told.erase(context.path);
  run_->wait_until.erase(context.path);
  if (auto key = run_->held_keys.find(context.path); key != run_->held_keys.end()) {
    core_.exclusive_.erase(key->second);
    run_->held_keys.erase(key);
  }
}

void Drive::end_as_told(StepContext const& context, Ending const& ending) {
  Failed const why{ending.error.value_or(plan::ErrorClass::unknown), ending.reason, ""};
  end_leaf(context, ending.status, why, {});
}

/// What goes wrong after a step was told to end is no failure any more: a rule that acts on it
/// would act for a scope that may have ended. That others changed something is told all the same.
void Drive::fail_leaf(StepContext const& context, Failed const& why) {
  auto const& ending = run_->state.node(context.path).ending;
  if (ending && why.error != plan::ErrorClass::external_change)
    return end_as_told(context, Ending(*ending));
  end_leaf(context, NodeStatus::failed, why, {});
}

void Drive::on_move(StepContext const& context, Move move) {
  add_notes(context);
  NodeState const& it = run_->state.node(context.path);
  // A signal that came while the executor was looking was acknowledged: it has to be looked at.
  bool missed = it.signals.size() > context.record.signals.size();
  if (missed && !it.ending && !std::holds_alternative<Effect>(move)) {
    run_->to_wake.insert(context.path);
    return core_.advance(*run_);
  }
  if (auto* effect = std::get_if<Effect>(&move)) {
    if (!it.ending) return begin(context, *effect);
  } else if (auto* parks = std::get_if<Park>(&move)) {
    park(context, std::move(*parks));
  } else if (auto* done = std::get_if<Done>(&move)) {
    end_leaf(context, done->status, Failed{{}, done->reason, ""}, std::move(done->outputs));
  } else if (auto* failed = std::get_if<Failed>(&move)) {
    fail_leaf(context, *failed);
  }
  core_.advance(*run_);
}

void Drive::begin(StepContext const& context, Effect const& effect) {
  if (!core_.trusted()) return put_back(context.path, Job::next);
  json::Value body{{"node", context.path}, {"effect", to_json(effect)}};
  add_release(body, context);
  core_.record(*run_, event::effect_intended, std::move(body));
  if (core_.flush(*run_)) return dispatch(context.path, Job::perform);
  run_->not_begun.insert(context.path);
}

void Drive::begin_fence(std::string const& path) {
  StepContext mine = context(path, {});
  begin(mine, fence_of(mine));
}

void Drive::park(StepContext const& context, Park park) {
  if (!park.durable) {
    run_->wait_until[context.path] = park.until.value_or(context.now);
    return;
  }
  json::Value body{{"node", context.path}, {"waiting_for", park.waiting_for}};
  if (park.until) body.set("due_ms", to_millis(*park.until));
  if (!park.memory.is_null()) body.set("memory", std::move(park.memory));
  if (park.asks_person) body.set("asks_person", true);
  add_release(body, context);
  core_.record(*run_, event::node_parked, std::move(body));
}

void Drive::happened(StepContext const& context, Happened outcome) {
  json::Value body{{"node", context.path},
                   {"result", outcome.result.is_null() ? json::Value(json::Object{})
                                                       : std::move(outcome.result)}};
  if (outcome.adopted) body.set("adopted", true);
  add_release(body, context);
  core_.record(*run_, event::effect_happened, std::move(body));
}

void Drive::did_not_happen(StepContext const& context, std::string reason) {
  json::Value body{{"node", context.path}, {"reason", std::move(reason)}};
  add_release(body, context);
  core_.record(*run_, event::effect_void, std::move(body));
}

/// Again after a while. Told to people when the reason is a new one.
void Drive::wait(StepContext const& context, NotNow const& outcome) {
  run_->wait_until[context.path] = core_.ports_.clock.now() + outcome.wait;
  std::string& told = run_->told[context.path];
  if (told == outcome.reason) return;
  told = outcome.reason;
  core_.record(
      *run_, event::note,
      json::Value{
          {"level", "info"}, {"node", context.path}, {"text", "waiting: " + outcome.reason}});
}

/// The effect surely did not happen and is to be tried again: at once, but not for ever, and not
/// without a breath where somebody or something undoes the guard each time.
void Drive::again(StepContext const& context, std::string const& reason) {
  did_not_happen(context, reason);
  NodeState const& leaf = run_->state.node(context.path);
  auto const& effects = leaf.effects;
  if (leaf.fence_due && effects.back().intent["name"].as_string() != fence_alias) return;
  auto since = std::ranges::find_if(effects.rbegin(), effects.rend(),
                                    [](auto const& it) { return !it.void_; });
  auto tries = since - effects.rbegin();
  if (tries < quick_tries) return;
  if (!patient(context))
    return end_leaf(context, NodeStatus::failed,
                    {plan::ErrorClass::conflict,
                     effects.back().intent["name"].as_string() + " did not come through in " +
                         std::to_string(tries) + " tries: " + reason,
                     ""},
                    {});
  wait(context, {std::chrono::seconds(1), reason});
}

void Drive::on_performed(StepContext const& context, Performed outcome) {
  add_notes(context);
  if (auto* done = std::get_if<Happened>(&outcome)) {
    happened(context, std::move(*done));
  } else if (auto* refused = std::get_if<Refused>(&outcome)) {
    did_not_happen(context, refused->why.reason);
    fail_leaf(context, refused->why);
  } else if (auto* later = std::get_if<NotNow>(&outcome)) {
    did_not_happen(context, later->reason);
    wait(context, *later);
  } else {
    log::info("outcome_unknown", {{"run", run_->id},
                                  {"node", context.path},
                                  {"reason", std::get<MaybeDone>(outcome).reason}});
    if (!core_.still_owns(*run_)) return;
  }
  core_.advance(*run_);
}

void Drive::on_settled(StepContext const& context, Settled outcome) {
  add_notes(context);
  if (auto* done = std::get_if<Happened>(&outcome)) {
    happened(context, std::move(*done));
  } else if (auto* no = std::get_if<DidNotHappen>(&outcome)) {
    again(context, no->reason);
  } else if (auto* others = std::get_if<ChangedByOthers>(&outcome)) {
    did_not_happen(context, others->found);
    end_leaf(context, NodeStatus::failed,
             Failed{plan::ErrorClass::external_change, others->found, ""}, {});
  } else if (auto* refused = std::get_if<Refused>(&outcome)) {
    did_not_happen(context, refused->why.reason);
    fail_leaf(context, refused->why);
  } else {
    wait(context, std::get<NotNow>(outcome));
  }
  core_.advance(*run_);
}

}  // namespace sluice::engine
