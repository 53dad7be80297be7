#include "aws/leased_calls.hpp"

#include <algorithm>

namespace sluice::aws {
namespace {

constexpr Duration behind_others = std::chrono::milliseconds(10);
constexpr Duration source_retry = std::chrono::seconds(1);

/// Half of what an even spread over the second would be: a burst is not slowed down much, and the
/// two ends of a second do not meet as one.
Duration gap_of(TokenSource::Rates const& rates, Lane lane) {
  int rate = rates.shared + (lane == Lane::rollback ? rates.reserve : 0);
  return Duration(500) / std::max(1, rate);
}

}  // namespace

bool LeasedCalls::enter(std::string const& key, TokenSource::Rates const& rates, Lane lane,
                        std::stop_token const& stop) {
  Key mine{key, lane};
  std::uint64_t ticket = 0;
  {
    std::lock_guard lock(mutex_);
    ticket = ++tickets_;
    lines_[mine].waiting.push_back(ticket);
  }
  while (!stop.stop_requested()) {
    std::optional<Duration> wait;
    {
      std::lock_guard lock(mutex_);
      wait = turn(lines_[mine], ticket, gap_of(rates, lane));
    }
    if (wait && *wait <= Duration(0)) return true;
    if (wait)
      clock_.sleep(*wait, stop);
    else if (!ask(mine, rates, stop))
      break;
  }
  return leave(mine, ticket);
}

std::optional<Duration> LeasedCalls::turn(Line& line, std::uint64_t ticket, Duration gap) {
  Duration now = clock_.monotonic();
  if (line.waiting.front() != ticket) return behind_others;
  if (line.dry_until > now) return line.dry_until - now;
  if (line.next > now) return line.next - now;
  if (line.left <= 0 || line.until <= now) return std::nullopt;
  --line.left;
  line.next = now + gap;
  line.waiting.pop_front();
  return Duration(0);
}

/// Only who is at the head of its line asks: for all who wait behind it as well.
bool LeasedCalls::ask(Key const& key, TokenSource::Rates const& rates,
                      std::stop_token const& stop) {
  int want = 0;
  Duration began = clock_.monotonic();
  {
    std::lock_guard lock(mutex_);
    int most = rates.shared + (key.second == Lane::rollback ? rates.reserve : 0);
    want = std::clamp(static_cast<int>(lines_[key].waiting.size()), 1, std::max(1, most));
  }
  auto slice = source_.lease(key.first, rates, key.second, want);
  if (!slice) {
    if (slice.error().code == ErrorCode::cancelled) return false;
    clock_.sleep(source_retry, stop);
    return true;
  }
  std::lock_guard lock(mutex_);
  Line& line = lines_[key];
  line.left = slice->granted;
  line.until = began + slice->valid_for;
  if (slice->granted <= 0) line.dry_until = std::max(line.until, clock_.monotonic() + Duration(1));
  return true;
}

bool LeasedCalls::leave(Key const& key, std::uint64_t ticket) {
  std::lock_guard lock(mutex_);
  std::erase(lines_[key].waiting, ticket);
  return false;
}

}  // namespace sluice::aws
