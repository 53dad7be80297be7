#pragma once

#include <atomic>
#include <mutex>

#include "aws/caller.hpp"
#include "aws/verdict.hpp"

namespace sluice::aws {

/// What the calls of one identity share. Thread-safe.
struct SharedCallState {
  RetryQuota quota;
  std::atomic<std::int64_t> clock_offset_ms{0};  ///< server's clock minus ours
  std::mutex random_mutex;
};

/// One call with its repetitions. Used by one thread, once.
class Exchange {
 public:
  Exchange(Caller const& caller, SharedCallState& shared, Spec const& spec);
  Answer<net::Response> run();

 private:
  /// A failed attempt: what to report, and whether it may be sent again.
  struct Failed {
    CallError error;
    Repeat repeat = Repeat::never;
    std::optional<Duration> retry_after;
    std::optional<Time> server_time;
    bool timed_out = false;
  };
  using Tried = std::expected<net::Response, Failed>;

  Tried attempt(Credentials const& credentials);
  std::expected<net::Request, Failed> build(Credentials const& credentials);
  Tried exchange(net::Request const& request);
  Failed failed_transport(net::Failure const& failure);
  Failed failed_answer(net::Response const& response);
  Failed refused_here(Error const& error);
  /// Prepares the next attempt; false where there is none.
  bool may_repeat(Failed const& failed, Credentials const& credentials);
  bool wait_to_repeat(Failed const& failed);
  bool set_clock(Failed const& failed);
  void observe(Tried const& tried, Duration took, bool will_repeat);
  Budget::Key budget_key(Credentials const& credentials) const;
  CallError describe(Trouble trouble, std::string message) const;
  std::stop_token stop() const { return caller_.stop(); }

  Caller const& caller_;
  SharedCallState& shared_;
  Spec const& spec_;
  std::string payload_hash_;  ///< taken once, with the first attempt
  std::string endpoint_hint_;
  Budget::Key key_;
  int number_ = 1;
  int counted_ = 1;  ///< attempts that count against the limit
  bool refreshed_ = false, clock_set_ = false, retried_ = false, timed_out_ = false;
};

}  // namespace sluice::aws
