#include "sim/faults.hpp"

namespace sluice::sim {

std::string_view name_of(CallFault fault) {
  switch (fault) {
    case CallFault::none: return "none";
    case CallFault::slow: return "slow";
    case CallFault::lost_answer: return "its answer is lost";
    case CallFault::not_arrived: return "does not arrive";
    case CallFault::never_sent: return "cannot be sent";
    case CallFault::throttled: return "is throttled";
    case CallFault::server_error: return "meets a server error";
    case CallFault::busy: return "meets a conflict";
    case CallFault::stale: return "is called stale";
    case CallFault::duplicated: return "arrives twice";
    case CallFault::touched: return "comes after an identical write of somebody";
    case CallFault::late: return "times out and arrives late";
    case CallFault::stalled: return "is held up in a process that is stopped";
    case CallFault::stale_read: return "answers what was";
    case CallFault::crash_before: return "the process dies before it";
    case CallFault::crash_after: return "the process dies after it";
  }
  return "none";
}

std::string_view name_of(CommitFault fault) {
  switch (fault) {
    case CommitFault::none: return "none";
    case CommitFault::refused: return "is refused";
    case CommitFault::answer_lost: return "is done, its answer lost";
    case CommitFault::crash_before: return "the process dies before it";
    case CommitFault::crash_after: return "the process dies after it";
  }
  return "none";
}

bool Faults::takes(double rate) {
  if (used_ >= rates_.most || !chance(random_, rate)) return false;
  ++used_;
  return true;
}

CallFault Faults::draw(CloudCall const& call) {
  if (call.operation.empty()) return CallFault::none;
  if (burst_ > 0) {
    --burst_;
    return burst_kind_;
  }
  bool crashes = takes(rates_.crash);
  if (!crashes && !takes(rates_.call)) return CallFault::none;
  CallFault kind = draw_kind(call);
  if (crashes) kind = chance(random_, 0.5) ? CallFault::crash_before : CallFault::crash_after;
  bool lasts = kind == CallFault::throttled || kind == CallFault::never_sent ||
               kind == CallFault::server_error || kind == CallFault::busy;
  int burst = lasts && chance(random_, 0.4) ? between(random_, 1, 12) : 0;
  if (!next_trouble()) return CallFault::none;
  burst_ = burst;
  burst_kind_ = kind;
  return kind;
}

CallFault Faults::draw_kind(CloudCall const& call) {
  static constexpr CallFault of_reads[] = {CallFault::slow, CallFault::not_arrived,
                                           CallFault::never_sent, CallFault::throttled,
                                           CallFault::server_error};
  static constexpr CallFault of_writes[] = {
      CallFault::slow,        CallFault::lost_answer, CallFault::lost_answer,
      CallFault::lost_answer, CallFault::not_arrived, CallFault::not_arrived,
      CallFault::never_sent,  CallFault::throttled,   CallFault::server_error,
      CallFault::busy,        CallFault::stale,       CallFault::duplicated};
  if (!call.write) return of_reads[random_.below(std::size(of_reads))];
  // Only what its RevisionId guards may come so late: for the rest there is the trust window.
  if (call.operation == "UpdateAlias" && rates_.pause > 0 && chance(random_, 0.3))
    return CallFault::stalled;
  if (call.operation == "UpdateAlias" && chance(random_, 0.3))
    return chance(random_, 0.6) ? CallFault::touched : CallFault::late;
  return of_writes[random_.below(std::size(of_writes))];
}

bool Faults::draw_past_read() { return rates_.stale_reads && takes(0.5) && next_trouble(); }

bool Faults::draw_pause() { return takes(rates_.pause) && next_trouble(); }

CommitFault Faults::draw_commit() {
  bool crashes = takes(rates_.crash);
  if (!crashes && !takes(rates_.commit)) return CommitFault::none;
  bool before = chance(random_, 0.5);
  if (!next_trouble()) return CommitFault::none;
  if (crashes) return before ? CommitFault::crash_before : CommitFault::crash_after;
  return before ? CommitFault::refused : CommitFault::answer_lost;
}

}  // namespace sluice::sim
