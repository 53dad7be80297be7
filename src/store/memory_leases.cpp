#include "store/memory_leases.hpp"

#include <algorithm>
#include <tuple>

namespace sluice::store {

Membership MemoryLeases::join(std::string const& node, Duration ttl, Time now) {
  std::erase_if(leases, [&](auto const& entry) {
    return entry.second.node == node || entry.second.until <= now;
  });
  leases.emplace(++last_incarnation, Lease{node, now + ttl});
  return {node, last_incarnation};
}

Result<Time> MemoryLeases::renew(Membership const& member, Duration ttl, Time now) {
  if (auto valid = require(member, now); !valid) return std::unexpected(valid.error());
  leases.at(member.incarnation).until = now + ttl;
  return now;
}

std::vector<Membership> MemoryLeases::members(Time now) const {
  std::vector<Membership> all;
  for (auto const& [incarnation, lease] : leases)
    if (lease.until > now) all.push_back({lease.node, incarnation});
  return all;
}

void MemoryLeases::leave(Membership const& member) { leases.erase(member.incarnation); }

Result<void> MemoryLeases::require(Membership const& member, Time now) const {
  auto found = leases.find(member.incarnation);
  if (found != leases.end() && found->second.until > now) return {};
  return std::unexpected(term_is_over(member));
}

bool MemoryLeases::holds(RunRow const& row, Time now) const {
  auto found = leases.find(row.owner_incarnation);
  return found != leases.end() && found->second.until > now;
}

Result<RunRow> MemoryLeases::claim(RunRow const& stored, Membership const& member, Time now) const {
  if (auto valid = require(member, now); !valid) return std::unexpected(valid.error());
  if (stored.ended) return std::unexpected(run_has_ended(stored));
  bool ours = stored.owner_incarnation == member.incarnation;
  if (!ours && holds(stored, now)) return std::unexpected(held_elsewhere(stored));
  return claimed(stored, member, now);
}

std::vector<RunRow*> MemoryLeases::choose(std::vector<RunRow*> const& rows, std::size_t limit,
                                          Time now) const {
  std::vector<std::tuple<Time, std::size_t, RunRow*>> free;
  for (auto* row : rows) {
    if (!row->ended && !holds(*row, now)) free.emplace_back(claim_order(*row), free.size(), row);
  }
  std::ranges::sort(free);
  free.resize(std::min({free.size(), limit, most_claimed_runs}));
  std::vector<RunRow*> chosen;
  for (auto const& [order, place, row] : free) chosen.push_back(row);
  return chosen;
}

}  // namespace sluice::store
