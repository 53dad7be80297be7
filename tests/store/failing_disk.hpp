#pragma once

#include <atomic>

namespace sluice::store {

/// While it lives, SQLite reaches its files through a layer whose writes or syncs can be made to
/// fail. Only connections that were opened meanwhile see it.
class FailingDisk {
 public:
  FailingDisk();
  ~FailingDisk();
  FailingDisk(FailingDisk const&) = delete;
  FailingDisk& operator=(FailingDisk const&) = delete;

  /// The next syncs that fail, although the data was written; and all writes while `full`.
  void fail_syncs(int times);
  void set_full(bool full);
};

}  // namespace sluice::store
