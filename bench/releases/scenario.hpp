#pragma once

#include <functional>
#include <string>
#include <vector>

#include "releases/plain_client.hpp"
#include "workplace.hpp"

namespace sluice::bench {

/// The two contents that releases go between.
struct Codes {
  Code one, two;
  Content before() const { return {one.bytes, 128}; }
};

/// One row of the table: what there is before, what is asked for, and the shortest way there.
struct Scenario {
  std::string id, title;
  /// The operations that cannot be done without, in their order; every wait for AWS is one
  /// GetFunction that already sees it over.
  std::vector<std::string> bound;
  /// Why Sluice makes more calls than those.
  std::string difference;

  bool exists = true;       ///< version 1 of `Codes::before` is there
  bool alias = true;        ///< an alias "live" on it
  bool new_code = true;     ///< the release file has the other code
  bool new_memory = false;  ///< and another MemorySize
  std::string strategy;     ///< lines of the release file
  std::string turn_back;    ///< the signal that makes a parked release go back; empty: it goes on

  using Way = std::function<void(PlainClient&, std::string const& function, Codes const&)>;
  Way before;    ///< a rollback: the release that is rolled back, not measured
  Way shortest;  ///< the bound, done
};

std::vector<Scenario> const& scenarios();

/// The release file of a scenario for one function.
std::string release_file(Scenario const& scenario, std::string const& function, bool first);

}  // namespace sluice::bench
