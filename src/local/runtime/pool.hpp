#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "local/runtime/environment.hpp"

namespace sluice::local {

/// Which environments exist, which are free, and who waits for one. It starts and ends nothing
/// itself: what it hands out in `surplus`, the caller kills. Thread-safe.
class Pool {
 public:
  using Handle = std::shared_ptr<Environment>;

  /// At most `most` environments at a time, at most `waiting` requests in line for one.
  Pool(std::size_t most, std::size_t waiting) : most_(most), waiting_(waiting) {}

  struct Taken {
    Handle environment;
    bool warm = false;    ///< else it has no process yet
    Handle surplus = {};  ///< a free one of another unit that had to make room
  };
  /// A free environment of that unit, else a new one; first come, first served where all are busy.
  /// Throttled when the line is full, cancelled after `close`.
  Result<Taken> take(std::string const& key);
  /// Back after a request. False: its unit was retired meanwhile; it is forgotten, kill it.
  bool give_back(Handle const& environment, Duration now);
  /// Its process ended or never started.
  void forget(Handle const& environment);
  /// Forgets the free ones whose key starts with `prefix` and returns them; busy ones are when they
  /// come back.
  std::vector<Handle> retire(std::string_view prefix);
  /// Forgets and returns those that have been free since before `since`.
  std::vector<Handle> expire(Duration since);
  /// No more requests; wakes those in line. Returns everything, busy or free.
  std::vector<Handle> close();
  bool closed() const;
  std::size_t size() const;

 private:
  struct Member {
    Handle environment;
    bool free = false;
    bool retired = false;
    Duration free_since{};
    std::uint64_t order = 0;  ///< of becoming free
  };
  using Members = std::map<std::uint32_t, Member>;

  bool can_take() const;
  Taken take_now(std::string const& key);
  Members::iterator last_freed(std::string const& key);
  Members::iterator first_freed();
  void wake_first();
  template <class Condition>
  std::vector<Handle> remove_free(Condition const& condition);

  std::size_t const most_, waiting_;
  mutable std::mutex mutex_;
  Members members_;
  std::size_t free_ = 0;
  std::deque<std::condition_variable*> line_;
  std::uint32_t next_id_ = 1;
  std::uint64_t next_order_ = 0;
  bool closed_ = false;
};

}  // namespace sluice::local
