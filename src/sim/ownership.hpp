#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/cloud.hpp"
#include "sim/faults.hpp"
#include "store/store.hpp"

namespace sluice::sim {

/// Who may do what where several servers share a store (design E7): seen from the store, whatever
/// the servers believe. A server is known here by the number of its process.
class Ownership {
 public:
  struct Terms {
    Duration ttl{};     ///< of a lease
    Duration safety{};  ///< nothing leaves a server later than that before its lease ends
  };
  /// `store` is one of the simulator's own.
  Ownership(store::Store& store, Clock& clock, Faults& faults, Terms terms)
      : store_(store), clock_(clock), faults_(faults), terms_(terms) {}

  /// That process has made a commit: nobody but a run's owner writes its journal.
  void committed(int process, std::string_view operation);
  /// A request leaves that process: its lease has to last.
  void sent(int process, CloudCall const& call);
  /// AWS takes a write that was sent by that process: it has to own the run still.
  void accepted(int process, Write const& write);
  /// Whether that process owns the run under the epoch that the call was sent with.
  bool owns(int process, CloudCall const& call);
  /// Those who execute a run and may act on it: one at most.
  void acting(std::string const& run, std::vector<int> const& processes);

  std::vector<std::string> const& violations() const { return violations_; }

 private:
  struct Known {
    std::int64_t epoch = 0, last_seq = 0;
    int owner = 0;  ///< the last one that had it; 0: nobody
  };

  std::vector<store::RunRow> rows();
  void look_at_runs(int process);
  void violated(std::string text);

  store::Store& store_;
  Clock& clock_;
  Faults& faults_;
  Terms terms_;
  std::map<std::int64_t, int> processes_;  ///< by incarnation
  std::map<int, Time> leases_;             ///< when they end, by process
  std::map<std::string, Known> runs_;
  std::vector<std::string> violations_;
};

}  // namespace sluice::sim
