#pragma once

#include "store/store.hpp"

/// What every implementation of leases and call tokens decides alike.
namespace sluice::store {

/// How much older a due run must be to come before one that is rolling back: long enough that a
/// rollback goes first whenever it matters, short enough that no stream of rollbacks starves
/// others.
constexpr Duration rollback_head_start = std::chrono::minutes(1);

constexpr std::size_t most_claimed_runs = 1'000;  ///< by one claim_free, whatever its limit

Result<void> check_lease(std::string const& node, Duration ttl);
Result<void> check_tokens(std::string const& account_region, TokenRates const& rates, int want);

Error term_is_over(Membership const& member);
Error held_elsewhere(RunRow const& stored);
Error run_has_ended(RunRow const& stored);

/// The row after `member` has taken it; whether it may was found out before.
RunRow claimed(RunRow stored, Membership const& member, Time now);

/// Free runs are claimed in the order of this time, then of their creation. Where a run is due is
/// its `next_due`; one that waits for nothing is due since its last write.
Time claim_order(RunRow const& row);

/// What has been granted of one second, counted from 1970.
struct TokenUse {
  std::int64_t second = 0;
  int shared = 0;
  int reserve = 0;
};

/// Grants up to `want` calls of the second in which `now` lies, and notes them in `use`. A rollback
/// takes from the reserve first. A clock that steps back a little goes on in the second that was
/// begun; one that was set back far begins anew.
TokenSlice grant(TokenUse& use, TokenRates const& rates, TokenLane lane, int want, Time now);

}  // namespace sluice::store
