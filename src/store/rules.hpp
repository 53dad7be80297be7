#pragma once

#include <string>
#include <vector>

#include "store/store.hpp"

/// What every implementation of Store and Packages decides alike, and says in the same words.
namespace sluice::store {

constexpr std::size_t most_listed_runs = 10'000;

Error unknown_run(std::string const& id);
Error unknown_plan(std::string const& digest);
Error existing_run(std::string const& id);
Error unknown_package(std::string const& sha256);
Error invalid_package_hash(std::string const& sha256);

/// What a new run must fulfil before anything stored is looked at.
Result<void> check_new(NewRun const& run);

/// The row a new run starts with. One that has ended already has no owner.
RunRow created(NewRun const& run, Time now);
RunRow claimed(RunRow stored, std::string const& owner, Time now);
/// The row after giving it up: conflict where `epoch` is not the stored one.
Result<RunRow> released(RunRow stored, std::int64_t epoch, Time now);
/// The row after an append: conflict where `epoch` is not the stored one, invalid_input where an
/// event does not follow the one before it.
Result<RunRow> appended(RunRow stored, std::int64_t epoch, std::vector<EventRow> const& events,
                        RunPatch const& patch, Time now);

/// The functions that the releases of a summary name, sorted, each once.
std::vector<std::string> functions_of(json::Value const& summary);
/// Sorted, each once.
std::vector<std::string> distinct(std::vector<std::string> names);

}  // namespace sluice::store
