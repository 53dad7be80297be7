#include "sim/store_faults.hpp"

namespace sluice::sim {

StoreFaults::StoreFaults(std::shared_ptr<store::Memory> memory, Faults& faults, Script& script)
    : memory_(std::move(memory)), faults_(faults), script_(script) {
  store::MemoryFaults hooks;
  hooks.before_commit = [this](char const* operation) { return before(operation); };
  hooks.after_commit = [this](char const* operation) { return after(operation); };
  hooks.before_read = [this](char const*) { return lives(); };
  store::set_faults(*memory_, std::move(hooks));
}

Result<void> StoreFaults::lives() const {
  if (faults_.quiet) return {};
  if (faults_.crashed) return fail(ErrorCode::unavailable, "the process is dead");
  return reaches ? reaches() : Result<void>();
}

Result<void> StoreFaults::before(std::string_view operation) {
  if (faults_.quiet) return {};
  if (auto there = lives(); !there) return there;
  if (commits) commits(operation);
  if (auto there = lives(); !there) return there;
  drawn_ = faults_.draw_commit();
  bool here = drawn_ == CommitFault::refused || drawn_ == CommitFault::crash_before;
  return here ? fails(operation) : Result<void>();
}

Result<void> StoreFaults::after(std::string_view operation) {
  if (faults_.quiet) return {};
  bool here = drawn_ == CommitFault::answer_lost || drawn_ == CommitFault::crash_after;
  auto outcome = here ? fails(operation) : Result<void>();
  if (committed) committed(operation);
  return outcome ? lives() : outcome;
}

Result<void> StoreFaults::fails(std::string_view operation) {
  script_.say("commit " + std::string(operation) + ": " + std::string(name_of(drawn_)));
  bool dies = drawn_ == CommitFault::crash_before || drawn_ == CommitFault::crash_after;
  if (dies) faults_.crashed = true;
  return fail(ErrorCode::unavailable, "the disk is full");
}

}  // namespace sluice::sim
