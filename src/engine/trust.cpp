#include "engine/trust.hpp"

#include <algorithm>

namespace sluice::engine {

Duration Trust::left() const {
  return std::max(Duration(0), Duration(until_ms_.load()) - clock_.monotonic());
}

void Trust::extend(Duration until) {
  std::int64_t known = until_ms_.load();
  while (known < until.count() && !until_ms_.compare_exchange_weak(known, until.count())) {
  }
}

std::expected<net::Response, net::Failure> TrustedClient::send(net::Request const& request,
                                                               net::SendOptions const& options,
                                                               std::stop_token stop) {
  // In this order: steps of a term that is over are told to stop before another term begins.
  bool trusted = trust_.holds();
  if (trusted && !stop.stop_requested()) return behind_.send(request, options, stop);
  Error why{ErrorCode::cancelled,
            trusted ? "stopped before it was sent"
                    : "not sent: this server's lease on its runs may have ended",
            {}};
  return std::unexpected(net::Failure{std::move(why), false});
}

}  // namespace sluice::engine
