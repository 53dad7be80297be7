#pragma once

#include <atomic>

#include "base/time.hpp"
#include "net/client.hpp"

namespace sluice::engine {

/// Until when this process may act outside (design E7). A server that shares its store may trust
/// its lease until some time before the lease ends, counted from when the renewal was *begun*, by
/// its own monotonic clock: an answer that took long does not make the lease longer. It begins
/// without trust. Thread-safe.
class Trust {
 public:
  /// The clock must outlive it.
  explicit Trust(Clock& clock) : clock_(clock) {}
  Trust(Trust const&) = delete;

  bool holds() const { return clock_.monotonic().count() < until_ms_.load(); }
  /// Zero where there is none.
  Duration left() const;
  /// To this moment of the monotonic clock; never shortens.
  void extend(Duration until);
  /// At once. Whatever is under way has to be told to stop before trust is given anew: a call of
  /// the term before would pass as one of the new term else.
  void end() { until_ms_ = 0; }

 private:
  Clock& clock_;
  std::atomic<std::int64_t> until_ms_{0};
};

/// The place that every call to the outside passes, whatever it had to wait for before: nothing is
/// sent outside the trust window, or once `stop` was requested. Such a request surely did not
/// arrive, and its error is ErrorCode::cancelled. Calls under way are ended by their stop tokens.
class TrustedClient final : public net::Client {
 public:
  /// Both must outlive it.
  TrustedClient(net::Client& behind, Trust const& trust) : behind_(behind), trust_(trust) {}

  std::expected<net::Response, net::Failure> send(net::Request const& request,
                                                  net::SendOptions const& options,
                                                  std::stop_token stop) override;

 private:
  net::Client& behind_;
  Trust const& trust_;
};

}  // namespace sluice::engine
