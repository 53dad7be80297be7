#pragma once

#include <map>

#include "store/lease_rules.hpp"

namespace sluice::store {

/// Leases and call tokens of a store in memory. The functions follow the contracts of Store.
struct MemoryLeases {
  struct Lease {
    std::string node;
    Time until{};
  };

  Membership join(std::string const& node, Duration ttl, Time now);
  Result<Time> renew(Membership const& member, Duration ttl, Time now);
  std::vector<Membership> members(Time now) const;
  void leave(Membership const& member);
  /// conflict where the term is over.
  Result<void> require(Membership const& member, Time now) const;
  /// Whether a server with a lease holds the run.
  bool holds(RunRow const& row, Time now) const;
  Result<RunRow> claim(RunRow const& stored, Membership const& member, Time now) const;
  /// The free ones of `rows`, which come in the order of their creation, as claim_free takes them.
  std::vector<RunRow*> choose(std::vector<RunRow*> const& rows, std::size_t limit, Time now) const;

  std::map<std::int64_t, Lease> leases;  ///< by incarnation
  std::int64_t last_incarnation = 0;
  std::map<std::string, TokenUse> tokens;  ///< by account and region
};

}  // namespace sluice::store
