#include "store/rules.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace sluice::store {
namespace {

Result<void> check_epoch(RunRow const& stored, std::int64_t epoch) {
  if (stored.epoch == epoch) return {};
  auto holder = stored.owner.empty() ? std::string("another process has held it since")
                                     : fmt::format("it is held by {}", stored.owner);
  return fail(ErrorCode::conflict,
              fmt::format("run '{}' was taken over: this write has epoch {}, the run is at {}; {}",
                          stored.id, epoch, stored.epoch, holder),
              "watch the run instead; whoever holds it goes on with it");
}

Result<void> check_sequence(std::string const& run, std::int64_t last_seq,
                            std::vector<EventRow> const& events) {
  for (auto const& event : events) {
    if (event.seq != last_seq + 1) {
      return fail(
          ErrorCode::invalid_input,
          fmt::format("event {} cannot be written to the journal of run '{}': it ends at {}",
                      event.seq, run, last_seq));
    }
    ++last_seq;
  }
  return {};
}

void give_up(RunRow& row) {
  row.owner.clear();
  row.owner_incarnation = 0;
}

}  // namespace

Error unknown_run(std::string const& id) {
  return {ErrorCode::not_found, fmt::format("there is no run '{}'", id),
          "list the runs to see their ids"};
}

Error unknown_plan(std::string const& digest) {
  return {ErrorCode::not_found, fmt::format("there is no plan '{}'", digest), {}};
}

Error existing_run(std::string const& id) {
  return {ErrorCode::conflict, fmt::format("run '{}' exists already", id), {}};
}

Error unknown_package(std::string const& sha256) {
  return {ErrorCode::not_found, fmt::format("package {} is not in the store", sha256),
          "start the deployment anew, so that its package is stored again"};
}

Error invalid_package_hash(std::string const& sha256) {
  return {ErrorCode::invalid_input,
          fmt::format("'{}' is not the base64 form of a SHA-256", sha256),
          {}};
}

Result<void> check_new(NewRun const& run) {
  if (run.row.id.empty()) return fail(ErrorCode::invalid_input, "a run needs an id");
  if (run.ending && !run.ending->patch.ended) {
    return fail(ErrorCode::invalid_input,
                fmt::format("run '{}' cannot take over from '{}', which does not end", run.row.id,
                            run.ending->run));
  }
  return check_sequence(run.row.id, 0, run.events);
}

RunRow created(NewRun const& run, Time now) {
  auto row = run.row;
  row.updated = now;
  row.last_seq = static_cast<std::int64_t>(run.events.size());
  if (row.ended) give_up(row);
  return row;
}

RunRow claimed(RunRow stored, std::string const& owner, Time now) {
  ++stored.epoch;
  stored.owner = owner;
  stored.owner_incarnation = 0;
  stored.updated = now;
  return stored;
}

Result<RunRow> released(RunRow stored, std::int64_t epoch, Time now) {
  if (auto ours = check_epoch(stored, epoch); !ours) return std::unexpected(ours.error());
  give_up(stored);
  stored.updated = now;
  return stored;
}

Result<RunRow> appended(RunRow stored, std::int64_t epoch, std::vector<EventRow> const& events,
                        RunPatch const& patch, Time now) {
  if (auto ours = check_epoch(stored, epoch); !ours) return std::unexpected(ours.error());
  auto follows = check_sequence(stored.id, stored.last_seq, events);
  if (!follows) return std::unexpected(follows.error());
  stored.last_seq += static_cast<std::int64_t>(events.size());
  stored.updated = now;
  if (patch.state) stored.state = *patch.state;
  if (patch.summary) stored.summary = *patch.summary;
  if (patch.next_due) stored.next_due = *patch.next_due;
  if (patch.rolling_back) stored.rolling_back = *patch.rolling_back;
  if (patch.ended) {
    stored.ended = patch.ended;
    stored.next_due.reset();
    give_up(stored);
  }
  return stored;
}

std::vector<std::string> functions_of(json::Value const& summary) {
  std::vector<std::string> names;
  for (auto const& release : summary["releases"].items()) {
    if (release["function"].is_string()) names.push_back(release["function"].as_string());
  }
  return distinct(std::move(names));
}

std::vector<std::string> distinct(std::vector<std::string> names) {
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

}  // namespace sluice::store
