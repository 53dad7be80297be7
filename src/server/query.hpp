#pragma once

#include <chrono>
#include <string>

#include "base/time.hpp"
#include "store/store.hpp"

/// The parameters of lists, read strictly: an unknown one is an error that names the nearest known.
namespace sluice::server {

inline constexpr std::size_t most_listed = 200;  ///< entries of one page (operability C6)

/// state, name, function, limit, and where the page begins: `cursor`, or `before` with a run's id.
Result<store::RunFilter> run_filter(std::string const& query);
/// The cursor to what stands behind the run `last` under the same filters.
std::string next_runs(store::RunFilter const& filter, std::string const& last);

struct EventsQuery {
  std::int64_t after = 0;  ///< a seq, or from `cursor`
  std::size_t limit = most_listed;
  std::chrono::seconds wait{0};  ///< for a first event, at most 30 s
};
Result<EventsQuery> events_query(std::string const& run, std::string const& query);
std::string next_events(std::string const& run, std::int64_t last);

}  // namespace sluice::server
