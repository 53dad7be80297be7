#include "engine/history.hpp"

#include "engine/engine.hpp"
#include "engine/release/live.hpp"

namespace sluice::engine {
namespace {

/// Runs of one function that are looked at, newest first, and objects that are told.
constexpr std::size_t most_runs = 50;
constexpr std::size_t most_origins = 3;

/// Whether an entry of a run's summary is about the same function, as far as it is known yet.
bool same_function(json::Value const& entry, ReleaseState const& release) {
  auto fits = [&](char const* member, std::string const& wanted) {
    std::string const& found = entry[member].as_string();
    return found.empty() || wanted.empty() || found == wanted;
  };
  return bare_name(entry["function"].as_string()) == release.function &&
         fits("account", release.account) && fits("region", release.region);
}

/// Whether what an entry tells of may still be served by that version, or go back to it. A run that
/// has taken its candidate off again, or a rollback that has, does not need it any more.
bool names(json::Value const& entry, std::string const& version) {
  Place place = place_of(entry["place"].as_string());
  bool gone_back = place == Place::on_baseline || place == Place::unchanged;
  return entry["baseline_version"].as_string() == version ||
         (!gone_back && entry["candidate_version"].as_string() == version);
}

/// The S3 object that the journal's releases pinned for code with that hash.
void collect_origins(std::vector<Event> const& events, std::string const& sha256,
                     std::vector<json::Value>& origins) {
  struct Pinned {
    std::string code;
    json::Value location;
  };
  std::map<std::string, Pinned> by_release;
  for (auto const& event : events) {
    json::Value const& set = event.body["release"]["set"];
    if (!set.contains("pinned_package") && !set.contains("wanted_code")) continue;
    Pinned& pinned = by_release[event.body["release"]["id"].as_string()];
    if (set.contains("wanted_code")) pinned.code = set["wanted_code"].as_string();
    if (set.contains("pinned_package")) pinned.location = set["pinned_package"]["location"];
  }
  for (auto const& [id, pinned] : by_release) {
    bool usable = pinned.code == sha256 && pinned.location.contains("S3Bucket");
    if (usable && std::ranges::find(origins, pinned.location) == origins.end())
      origins.push_back(pinned.location);
  }
}

}  // namespace

Result<History::Uses> StoreHistory::uses_of(ReleaseState const& release, std::string const& run) {
  // A release may name its function by an ARN: the filter of the list would miss it.
  auto rows =
      engine_.with_store([&](store::Store& store) { return store.runs({.limit = most_runs * 4}); });
  if (!rows) return std::unexpected(rows.error());
  Uses uses;
  for (auto const& row : *rows) {
    // Those that clean up wait for releases, and not for each other.
    bool cleans_up = row.summary.contains("clean_up_of");
    if (row.id == run || cleans_up) continue;
    for (auto const& entry : row.summary["releases"].items()) {
      if (!same_function(entry, release)) continue;
      if (names(entry, release.candidate_version) && uses.named_by.empty()) uses.named_by = row.id;
      if (!row.ended && uses.active.empty()) uses.active = row.id;
    }
  }
  return uses;
}

Result<std::set<std::string>> StoreHistory::good_versions(ReleaseState const& release,
                                                          std::size_t count) {
  std::set<std::string> versions;
  std::optional<std::string> before;
  for (std::size_t good = 0;;) {
    auto rows = engine_.with_store([&](store::Store& store) {
      return store.runs({.before = before, .limit = most_runs * 4});
    });
    if (!rows) return std::unexpected(rows.error());
    for (auto const& row : *rows) {
      for (auto const& entry : row.summary["releases"].items()) {
        bool counts = row.ended && !row.summary.contains("clean_up_of") &&
                      same_function(entry, release) &&
                      place_of(entry["place"].as_string()) == Place::on_candidate;
        if (!counts) continue;
        if (good == count) return versions;
        ++good;
        for (auto member : {"candidate_version", "baseline_version"})
          if (auto const& version = entry[member].as_string(); !version.empty())
            versions.insert(version);
      }
    }
    if (rows->size() < most_runs * 4) return versions;
    before = rows->back().id;
  }
}

Result<std::vector<json::Value>> StoreHistory::origins_of(std::string const& function,
                                                          std::string const& sha256) {
  std::vector<json::Value> origins;
  auto rows = engine_.with_store(
      [&](store::Store& store) { return store.runs({.function = function, .limit = most_runs}); });
  if (!rows) return std::unexpected(rows.error());
  for (auto const& row : *rows) {
    auto events = engine_.with_store([&](store::Store& store) { return store.events(row.id); });
    if (!events) return std::unexpected(events.error());
    collect_origins(*events, sha256, origins);
    if (origins.size() >= most_origins) break;
  }
  return origins;
}

}  // namespace sluice::engine
