#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace sluice::engine {

/// Where an alias points: its version, and the additional version with its share (0.0–1.0).
struct AliasContent {
  std::string version;
  std::map<std::string, double> weights;

  /// The share of `wanted` in the traffic, 0.0–1.0.
  double share_of(std::string const& wanted) const;
  bool names(std::string const& wanted) const {
    return version == wanted || weights.contains(wanted);
  }
  /// Weights within 1e-9: AWS echoes them as it was given them (Lambda API, AliasConfiguration).
  friend bool operator==(AliasContent const& a, AliasContent const& b);
};

json::Value to_json(AliasContent const& content);
AliasContent alias_content(json::Value const& value);
/// "version 7", "version 7, 10 % to version 8".
std::string in_words(AliasContent const& content);

/// Where a release stands, and at its end where it ended (design E4).
enum class Place {
  unchanged,  ///< nothing live was changed
  on_candidate,
  on_baseline,
  moving,      ///< between the two, while it runs
  left_split,  ///< between the two, as the plan says
  changed_by_others,
  unknown,  ///< a person must look
};

std::string_view name_of(Place place);
Place place_of(std::string_view name);

/// What a run knows of one function release. Filled by prepare, moved by the other steps; every
/// change is part of the event that caused it. Values of the environment are hashes only.
struct ReleaseState {
  std::string function;      ///< bare name
  std::string function_arn;  ///< unqualified
  std::string alias;         ///< empty: through no alias
  std::string account, region;

  bool prepared = false;
  bool function_existed = false;
  bool alias_existed = false;
  bool unchanged = false;        ///< the declared is already live: nothing to publish or shift
  bool settings_differ = false;  ///< tags, concurrency or alias description only
  std::string why_at_once;       ///< why traffic does not move in steps; empty: it does

  std::string baseline_version;      ///< "7"; empty where the function is new
  AliasContent baseline_alias;       ///< as found (healed, if the plan says so)
  std::string baseline_description;  ///< of the alias
  std::string baseline_code;         ///< CodeSha256 of the baseline version
  json::Value baseline_tags;         ///< null: not read
  json::Value baseline_concurrency;  ///< null: none or not read
  std::string latest_code;           ///< CodeSha256 of `$LATEST` before the first write
  std::string latest_version;      ///< published version equal to `$LATEST` before the first write
  std::string latest_before;       ///< fingerprint of `$LATEST` before the first write
  std::string latest_description;  ///< of `$LATEST` then; that of a version may be its own
  std::string latest_fingerprint;  ///< fingerprint of `$LATEST` at our last settled read
  std::string
      latest_revision;  ///< of our last settled read of `$LATEST`: the guard of the next write

  std::string wanted_code;       ///< CodeSha256 that the candidate must have
  json::Value pinned_package;    ///< S3 object with its version, image with its digest
  json::Value latest_origin;     ///< S3 object that holds the code of `$LATEST` as it was found
  json::Value members_to_write;  ///< names of configuration members that `$LATEST` lacks
  bool code_to_write = false;    ///< `$LATEST` has other code or another architecture
  std::string candidate_version;
  bool created_function = false;
  bool created_alias = false;
  bool wrote_latest = false;  ///< code or configuration of `$LATEST` was written, or may have been
  bool shifted = false;       ///< a shift was written, or may have been
  bool wrote_tags = false;
  bool wrote_concurrency = false;
  bool described_alias = false;

  AliasContent alias_now;      ///< by our last read or write
  std::string alias_revision;  ///< of that read or write: the guard of the next
  /// RevisionIds that a write of this run has replaced for certain, oldest first: a read that shows
  /// one of them is older than that write. The last ones only.
  std::vector<std::string> past_revisions;
  std::vector<std::string> seen_revisions;  ///< others that reads showed since that write
  double weight = 0;                        ///< percent of traffic on the candidate

  bool provisioned = false;     ///< the alias has provisioned concurrency
  bool capacity_moves = false;  ///< AWS moves it to where the alias was last written

  bool restored = false;  ///< a rollback has done all it had to do
  bool clean_up = false;  ///< its candidate is to be deleted, by a run of its own after this one
  bool prune = false;     ///< versions that nothing names are to be deleted, by such a run too

  Place place = Place::unchanged;
  std::string place_note;        ///< what a person should know about it
  std::string latest_note;       ///< where `$LATEST` differs from what it was
  std::string restored_version;  ///< republish rollback: the version that carries the baseline
};

/// What `latest_note` says as long as the run's code or configuration stands there.
inline constexpr char latest_left_note[] =
    "$LATEST holds the candidate's code or configuration; the alias does not serve it";

json::Value to_json(ReleaseState const& state);
ReleaseState release_state(json::Value const& value);

}  // namespace sluice::engine
