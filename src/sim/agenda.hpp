#pragma once

#include <functional>
#include <map>
#include <optional>

#include "base/time.hpp"

namespace sluice::sim {

/// What is going to happen when: people's doings, clock jumps, processes that come and go. Those of
/// the same moment happen in the order in which they were put down.
class Agenda {
 public:
  void at(Time time, std::function<void()> what) { entries_.emplace(time, std::move(what)); }
  std::optional<Time> next() const {
    return entries_.empty() ? std::nullopt : std::optional(entries_.begin()->first);
  }
  /// The first one, where its time has come. False: there is none.
  bool happen(Time now) {
    if (entries_.empty() || entries_.begin()->first > now) return false;
    auto what = std::move(entries_.begin()->second);
    entries_.erase(entries_.begin());
    what();
    return true;
  }

 private:
  std::multimap<Time, std::function<void()>> entries_;
};

}  // namespace sluice::sim
