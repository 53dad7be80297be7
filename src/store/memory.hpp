#pragma once

#include <functional>

#include "store/store.hpp"

namespace sluice::store {

/// What can go wrong with a store in memory, for the simulator. `operation` is the name of the
/// call: "create", "claim", "release", "append", "append_locking", "join", "renew", "leave",
/// "claim_free", "claim_one", "lease_tokens", "put_record", "remove_record", or of a read: "run",
/// "runs", "events", "plan", "locks", "members", "record", "records". An empty function never
/// fails. The functions are called without a lock held and may use the stores themselves.
struct MemoryFaults {
  /// Before a write is looked at: its error is the answer and nothing is written.
  std::function<Result<void>(char const* operation)> before_commit;
  /// After a write was committed: its error is the answer, as when the answer is lost. Not called
  /// for a write that was refused.
  std::function<Result<void>(char const* operation)> after_commit;
  /// Before a read.
  std::function<Result<void>(char const* operation)> before_read;
};

/// Holds for every store of this memory, from the next call on.
void set_faults(Memory& memory, MemoryFaults faults);

}  // namespace sluice::store
