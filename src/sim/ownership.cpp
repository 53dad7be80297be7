#include "sim/ownership.hpp"

namespace sluice::sim {
namespace {

constexpr std::size_t most_violations = 10;

std::string shown(int process) {
  return process == 0 ? std::string("nobody") : "process " + std::to_string(process);
}

}  // namespace

std::vector<store::RunRow> Ownership::rows() {
  bool quiet = std::exchange(faults_.quiet, true);
  auto rows = store_.runs({});
  faults_.quiet = quiet;
  ENSURE(rows.has_value());
  return std::move(*rows);
}

void Ownership::committed(int process, std::string_view operation) {
  if (operation == "join") {
    bool quiet = std::exchange(faults_.quiet, true);
    auto members = store_.members();
    faults_.quiet = quiet;
    ENSURE(members.has_value());
    for (auto const& member : *members) processes_.try_emplace(member.incarnation, process);
  }
  if (operation == "join" || operation == "renew") leases_[process] = clock_.now() + terms_.ttl;
  if (operation == "leave") leases_.erase(process);
  bool of_runs = operation == "create" || operation.starts_with("append") ||
                 operation.starts_with("claim") || operation == "release" || operation == "leave";
  if (of_runs) look_at_runs(process);
}

void Ownership::look_at_runs(int process) {
  for (auto const& row : rows()) {
    Known& known = runs_[row.id];
    auto owner = processes_.find(row.owner_incarnation);
    // Who gives a run up, or ends it, was its owner.
    if (owner != processes_.end()) known.owner = owner->second;
    if (row.last_seq > known.last_seq && known.owner != process)
      violated(shown(process) + " wrote to the journal of run " + row.id + ", which belongs to " +
               shown(known.owner));
    if (row.epoch < known.epoch) violated("the epoch of run " + row.id + " went back");
    known.epoch = row.epoch;
    known.last_seq = row.last_seq;
  }
}

void Ownership::sent(int process, CloudCall const& call) {
  auto lease = leases_.find(process);
  bool lasts = lease != leases_.end() && clock_.now() <= lease->second - terms_.safety;
  if (!lasts)
    violated(call.operation + " on " + call.function + " left " + shown(process) +
             ", which could not trust its lease any more");
}

bool Ownership::owns(int process, CloudCall const& call) {
  auto run = runs_.find(call.run);
  return run != runs_.end() && run->second.epoch == call.epoch && run->second.owner == process;
}

void Ownership::accepted(int process, Write const& write) {
  if (write.call.run.empty() || owns(process, write.call)) return;  // the rest looks at intents
  violated(write.call.operation + " on " + write.call.function + " of " + shown(process) +
           " was accepted although run " + write.call.run + " belongs to " +
           shown(runs_[write.call.run].owner));
}

void Ownership::acting(std::string const& run, std::vector<int> const& processes) {
  if (processes.size() < 2) return;
  violated(shown(processes[0]) + " and " + shown(processes[1]) + " both act on run " + run);
}

void Ownership::violated(std::string text) {
  if (violations_.size() < most_violations) violations_.push_back(std::move(text));
}

}  // namespace sluice::sim
