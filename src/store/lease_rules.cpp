#include "store/lease_rules.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace sluice::store {
namespace {

constexpr Duration longest_lease = std::chrono::hours(1);
constexpr int most_tokens = 10'000;  ///< a second; beyond any limit that AWS gives
constexpr std::int64_t tolerated_seconds = 2;

}  // namespace

Result<void> check_lease(std::string const& node, Duration ttl) {
  if (node.empty()) return fail(ErrorCode::invalid_input, "a server needs a name for its lease");
  if (ttl > Duration(0) && ttl <= longest_lease) return {};
  return fail(ErrorCode::invalid_input,
              fmt::format("a lease of {} is not possible: it lasts up to {}", text_of(ttl),
                          text_of(longest_lease)));
}

Result<void> check_tokens(std::string const& account_region, TokenRates const& rates, int want) {
  if (account_region.empty()) {
    return fail(ErrorCode::invalid_input, "call tokens belong to an account and region");
  }
  auto fits = [](int count) { return count >= 0 && count <= most_tokens; };
  if (fits(rates.shared) && fits(rates.reserve) && fits(want)) return {};
  return fail(ErrorCode::invalid_input,
              fmt::format("call tokens for {} are counted from 0 to {} a second", account_region,
                          most_tokens));
}

Error term_is_over(Membership const& member) {
  return {ErrorCode::conflict,
          fmt::format("the lease of server '{}' (incarnation {}) has ended: others may have taken "
                      "its runs over",
                      member.node, member.incarnation),
          "it has to join anew, and to claim its runs anew"};
}

Error held_elsewhere(RunRow const& stored) {
  return {ErrorCode::conflict, fmt::format("run '{}' is held by {}", stored.id, stored.owner),
          "watch the run; it can be taken when its owner gives it up or dies"};
}

Error run_has_ended(RunRow const& stored) {
  return {ErrorCode::conflict, fmt::format("run '{}' has ended: {}", stored.id, stored.state), {}};
}

RunRow claimed(RunRow stored, Membership const& member, Time now) {
  ++stored.epoch;
  stored.owner = member.node;
  stored.owner_incarnation = member.incarnation;
  stored.updated = now;
  return stored;
}

Time claim_order(RunRow const& row) {
  auto due = row.next_due.value_or(row.updated);
  return row.rolling_back ? due - rollback_head_start : due;
}

TokenSlice grant(TokenUse& use, TokenRates const& rates, TokenLane lane, int want, Time now) {
  using std::chrono::seconds;
  auto second = std::chrono::floor<seconds>(now).time_since_epoch().count();
  if (second > use.second || use.second - second > tolerated_seconds) use = {second, 0, 0};
  auto take = [](int& used, int rate, int wanted) {
    auto granted = std::clamp(rate - used, 0, wanted);
    used += granted;
    return granted;
  };
  TokenSlice slice;
  if (lane == TokenLane::rollback) slice.granted = take(use.reserve, rates.reserve, want);
  slice.granted += take(use.shared, rates.shared, want - slice.granted);
  slice.valid_for = from_millis((use.second + 1) * 1000) - now;
  return slice;
}

}  // namespace sluice::store
