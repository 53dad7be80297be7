#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plan/node.hpp"

namespace sluice::plan {

/// One account and region to deploy into.
struct Target {
  std::string name;
  std::string account;      ///< twelve digits, or empty: whatever the credentials belong to
  std::string region;       ///< empty: the usual resolution (environment, profile)
  std::string role;         ///< ARN to assume for every call of this target, or empty
  std::string external_id;  ///< for that role; may be a secret reference
  std::string session_name;
};

/// Where a function's code comes from.
struct Package {
  enum class Kind { none, folder, zip, s3, image, stored };
  Kind kind = Kind::none;
  std::string path;  ///< folder, zip: relative to the release file; stored: where it came from
  std::string bucket, key, object_version;  ///< s3
  std::string image;                        ///< image: repository URI with tag or digest
  std::string sha256;                       ///< stored: base64, as CodeSha256
  std::int64_t size = 0;                    ///< stored: bytes
  std::string staging;  ///< bucket (and prefix) that takes packages too large for a direct upload
};

/// What one run does to one function in one target ("function release").
struct Release {
  std::string id;        ///< "TARGET/FUNCTION", unique in the plan
  std::string target;    ///< a Target's name
  std::string function;  ///< name or ARN; may be an expression's text in `late`
  std::string alias;     ///< empty: through no alias
  /// CreateFunction's members under AWS's own names, without FunctionName, Code, Publish, Tags.
  json::Value configuration;
  Package package;
  std::optional<std::map<std::string, std::string>> tags;  ///< none: tags are left as they are
  std::optional<int> reserved_concurrency;                 ///< none: left as it is
  std::optional<std::string> alias_description;
  std::string version_description;
  /// Versions that exist already, of a release that publishes none (an AppSpec's): the alias goes
  /// from the first, on which it has to be (empty: from wherever it is), to the second. Empty: what
  /// is published.
  std::string given_baseline, given_candidate;
  /// A missing alias: created on the baseline before the first shift, or at the end on the
  /// candidate.
  enum class MissingAlias { create_on_baseline, create_at_end };
  MissingAlias missing_alias = MissingAlias::create_on_baseline;
  bool heal_to_primary = false;   ///< an alias found split is first pointed at its primary version
  bool restore_latest = false;    ///< a rollback puts `$LATEST` back even after a shift
  bool delete_created = false;    ///< a rollback deletes a function that this run created
  bool delete_candidate = false;  ///< after a rollback, and `drain`, the candidate is deleted
  /// After a good release, and `drain`, versions are deleted that no alias, no run under way and
  /// none of the last so many good releases name. None: all stay.
  std::optional<int> keep_versions;
  Duration drain = std::chrono::minutes(5);  ///< for callers that still use what is to be deleted
};

struct Lock {
  enum class Busy { reject, queue, enqueue_one, supersede };
  std::string name;
  Busy busy = Busy::reject;
};

std::string_view name_of(Lock::Busy mode);
/// Of an unknown name: reject.
Lock::Busy busy_mode_of(std::string_view name);

/// What to do when somebody else moved the alias or edited the function meanwhile (design E3).
enum class ExternalChange { hold, roll_back, carry_on };

/// The immutable compiled description of what to do. Nothing in it depends on the dialect it came
/// from.
struct Plan {
  std::string name;
  std::string dialect;      ///< for views; nothing decides by it
  std::string source_name;  ///< the release file, for messages
  std::string description;
  std::vector<Target> targets;
  std::vector<Release> releases;
  std::vector<Lock> locks;
  ExternalChange external_change = ExternalChange::hold;
  Duration hold_timeout = std::chrono::hours(1);
  Duration rollback_patience = std::chrono::hours(24);
  json::Value context;  ///< the dialect's own values for expressions and templates
  Node root;

  Target const* target(std::string_view name) const;
  Release const* release(std::string_view id) const;
};

json::Value to_json(Plan const& plan);
Result<Plan> plan_from_json(json::Value const& value);
/// Lower-case hex SHA-256 of the canonical JSON.
std::string digest(Plan const& plan);

/// The node at a path: names joined by '/', the root's own path is "". "[item]" names a loop's
/// child,
/// "!name" a guard, "~name" a compensation. Null where there is none.
Node const* find(Plan const& plan, std::string_view path);
std::string child_path(std::string_view parent, std::string_view name);
/// The path one level up; "" for a top-level node.
std::string_view parent_path(std::string_view path);

/// What a plan must hold whoever compiled it: unique names, known needs without cycles, known
/// targets, releases and scopes, loops with a body, steps with a kind, bounds. Empty when it does.
std::vector<std::string> problems_of(Plan const& plan);

}  // namespace sluice::plan
