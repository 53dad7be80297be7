#pragma once

#include "sim/faults.hpp"
#include "sim/script.hpp"
#include "store/memory.hpp"

namespace sluice::sim {

/// What goes wrong with the commits of the process that acts: the seed draws it for each. A process
/// that is dead reads and writes nothing.
class StoreFaults {
 public:
  /// Everything must outlive the stores of that memory.
  StoreFaults(std::shared_ptr<store::Memory> memory, Faults& faults, Script& script);
  StoreFaults(StoreFaults const&) = delete;

  /// Called where a commit is about to be made, and after it was made. The process may be dead when
  /// they return.
  std::function<void(std::string_view operation)> commits, committed;
  /// Whether the process reaches the store; empty: always.
  std::function<Result<void>()> reaches;

 private:
  Result<void> lives() const;
  Result<void> before(std::string_view operation);
  Result<void> after(std::string_view operation);
  Result<void> fails(std::string_view operation);

  std::shared_ptr<store::Memory> memory_;
  Faults& faults_;
  Script& script_;
  CommitFault drawn_ = CommitFault::none;
};

}  // namespace sluice::sim
