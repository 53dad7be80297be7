#pragma once

#include <set>
#include <string>

#include "base/random.hpp"
#include "sim/cloud.hpp"

namespace sluice::sim {

enum class CallFault {
  none,
  slow,
  lost_answer,   ///< it took effect, and the answer did not come back
  not_arrived,   ///< it was sent, and never reached AWS: looks just like the one above
  never_sent,    ///< no connection
  throttled,     ///< 429
  server_error,  ///< 500 or 503 before any effect
  busy,          ///< 409: an update is in progress
  stale,         ///< 412 without any change
  duplicated,    ///< AWS gets it twice, and either answer comes back
  touched,       ///< somebody wrote the very same content again: only the RevisionId moved
  late,          ///< times out here and takes effect a while later
  stalled,       ///< its process is stopped right before it is sent
  stale_read,    ///< a read of an alias that answers what it was up to half a minute ago
  crash_before,  ///< the process dies before the call …
  crash_after,   ///< … or after its effect, before it is journalled
};
std::string_view name_of(CallFault fault);

enum class CommitFault { none, refused, answer_lost, crash_before, crash_after };
std::string_view name_of(CommitFault fault);

/// Draws what goes wrong, until the scenario's share of trouble is used up: after that everything
/// works, so that a run which does not end then never would.
class Faults {
 public:
  Faults(std::uint64_t seed, FaultRates rates, std::set<int> left_out = {})
      : random_(seed), rates_(rates), left_out_(std::move(left_out)) {}

  CallFault draw(CloudCall const& call);
  CommitFault draw_commit();
  /// Whether a read answers what was, where there is something to answer.
  bool draw_past_read();
  /// Whether the process that acts is stopped here for a while.
  bool draw_pause();
  Random& random() { return random_; }

  /// Numbers one more thing that goes wrong or that somebody does. False: it is left out, because
  /// somebody looks for the few that matter.
  bool next_trouble() { return !left_out_.contains(troubles_++); }
  int troubles() const { return troubles_; }

  /// Whether the process that acts is dead: nothing of it reaches AWS or the store any more.
  bool crashed = false;
  /// While the simulator itself looks at the store.
  bool quiet = false;

 private:
  bool takes(double rate);
  CallFault draw_kind(CloudCall const& call);

  SeededRandom random_;
  FaultRates rates_;
  std::set<int> left_out_;
  int troubles_ = 0;
  int used_ = 0;
  int burst_ = 0;
  CallFault burst_kind_ = CallFault::none;
};

}  // namespace sluice::sim
