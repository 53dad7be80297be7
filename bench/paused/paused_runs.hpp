#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "paused/world.hpp"
#include "store/store.hpp"

namespace sluice::bench {

/// When run `number` of `runs` wants to go on: spread over one minute that begins an hour from now.
Time due_of(Time begin, std::size_t number, std::size_t runs);

/// The world of a bench: the same in the process that makes the runs and in those that take them
/// up.
struct Codes {
  std::string before, after;
  store::StoredPackage stored;  ///< `after`
};
Codes make_codes(store::Packages& packages);

/// Makes a store with so many runs that a killed process has left in their pause, after a tenth of
/// the traffic was shifted. One release is really carried out that far; the others have its journal
/// under other names, so that making them does not take hours. `revisions` of the aliases; may be
/// empty where nothing will be due.
void make_paused_runs(std::filesystem::path const& folder, World& world, ForwardClock& clock,
                      Codes const& codes, std::size_t runs,
                      std::vector<std::string> const& revisions);

/// A run as a killed process has left it.
struct Unfinished {
  std::string id;
  std::size_t number = 0;  ///< its function's
  Time due{};
};
/// Every run of the store that has not ended, the first due first.
std::vector<Unfinished> unfinished_runs(store::Store& store);

}  // namespace sluice::bench
