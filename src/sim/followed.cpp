#include "sim/followed.hpp"

#include "base/hash.hpp"

namespace sluice::sim {

void Followed::find_new() {
  world_.faults.quiet = true;
  auto rows = world_.store.runs({});
  ENSURE(rows.has_value());
  // Newest first; the oldest is the one that was asked for.
  for (auto row = rows->rbegin(); row != rows->rend(); ++row) {
    bool known =
        std::ranges::any_of(watches_, [&](auto const& watch) { return watch->run() == row->id; });
    if (known) continue;
    auto stored = world_.store.plan(row->plan_digest);
    ENSURE(stored.has_value());
    auto plan = plan::plan_from_json(*stored);
    ENSURE(plan.has_value());
    if (any()) world_.script.say("run " + row->id + " follows: " + plan->name);
    watches_.push_back(std::make_unique<Watch>(world_, row->id, std::move(*plan)));
  }
  world_.faults.quiet = false;
}

void Followed::sync() {
  if (std::exchange(fresh_runs_, false)) find_new();
  for (auto& watch : watches_) changed_ |= watch->sync();
}

void Followed::accepted(Write write) {
  changed_ = true;
  sync();
  ENSURE(any());
  auto expects = [&](auto const& watch) { return watch->expects(write); };
  auto whose = std::ranges::find_if(watches_, expects);
  if (whose == watches_.end())
    whose = std::ranges::find(watches_, current().id, [](auto const& it) { return it->run(); });
  (*whose)->accepted(write);
}

void Followed::arrived_late(Write const& write) {
  changed_ = true;
  sync();
  for (auto& watch : watches_)
    if (watch->run() == write.call.run) watch->arrived_late(write);
}

/// The guard of an alias's write is an epoch's: whoever sends one says under which.
void Followed::sent(CloudCall& call) {
  budget_.sent(world_.clock.now(), call);
  if (!call.write || call.operation == "SendRequest") return;
  sync();
  for (auto const& watch : watches_) {
    auto epoch = watch->epoch_of(call);
    if (!epoch) continue;
    call.run = watch->run();
    call.epoch = *epoch;
  }
}

void Followed::delivered(std::string const& id) {
  sync();
  // An id begins with its run's.
  for (auto& watch : watches_)
    if (id.starts_with(watch->run() + "/")) watch->delivered(id);
}

void Followed::look() {
  if (!std::exchange(changed_, false)) return;
  for (auto& watch : watches_) watch->look();
}

void Followed::end() {
  sync();
  for (auto& watch : watches_) watch->end();
}

bool Followed::over() const {
  return any() && std::ranges::all_of(watches_, [](auto const& it) { return it->state().over(); });
}

engine::RunState const& Followed::current() const {
  ENSURE(any());
  for (auto const& watch : watches_)
    if (!watch->state().over()) return watch->state();
  return watches_.front()->state();
}

std::vector<std::string> Followed::unfinished() const {
  std::vector<std::string> runs;
  for (auto const& watch : watches_)
    if (!watch->state().over()) runs.push_back(watch->run());
  return runs;
}

std::vector<std::string> Followed::violations() const {
  std::vector<std::string> all = budget_.violations();
  for (auto const& watch : watches_)
    for (auto const& text : watch->violations())
      all.push_back(watch == watches_.front() ? text : "run " + watch->run() + ": " + text);
  return all;
}

std::string Followed::hash() const {
  Sha256 hash;
  for (auto const& watch : watches_)
    for (auto const& event : watch->events())
      hash.update(std::to_string(event.seq) + " " + std::to_string(to_millis(event.at)) + " " +
                  event.type + " " + event.body.dump() + "\n");
  return hex(hash.finish());
}

}  // namespace sluice::sim
