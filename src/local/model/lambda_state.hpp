#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"

/// What the model of Lambda keeps. Plain data and the one rule that moves it by itself: settling.
namespace sluice::local::lambda {

inline constexpr char latest_version[] = "$LATEST";

enum class State { pending, active, failed };
enum class Update { none, in_progress, successful, failed };

struct Failure {
  std::string reason_code;  ///< "InvalidRuntime"
  std::string reason;
};

/// What becomes of a record that is Pending or InProgress. Everything is decided when the change is
/// made, so that looking at it later needs no chance.
struct Settling {
  Time at{};
  std::string revision_id;  ///< empty: keeps the present one
  std::optional<Failure> failure;
};

struct Code {
  std::string sha256;  ///< CodeSha256: base64 for a zip, lower-case hex for an image
  std::uint64_t size = 0;
  std::uint64_t unzipped_size = 0;
  std::string image_uri, resolved_image_uri;
  std::string kms_key_arn;
};

/// A function record: one state of `$LATEST`, or a version.
struct Record {
  std::string version = latest_version;
  /// The members a user sets, in the form they are answered in; no names, states or hashes.
  json::Value configuration{json::Object{}};
  Code code;
  std::string revision_id;
  Time last_modified{};
  std::int64_t edition = 0;  ///< differs between any two configurations of `$LATEST`
  State state = State::pending;
  Update update = Update::none;
  Failure trouble;  ///< the reason shown while state or update are Failed
  std::optional<Settling> settling;
};

struct Alias {
  std::string name, function_version, description, revision_id;
  std::map<std::string, double> weights;  ///< additional version → share; at most one
};

/// An alias's provisioned concurrency, and where AWS is with moving it.
struct Provisioned {
  std::int64_t requested = 0;
  Time modified{}, ready_at{};
  std::optional<Failure> failure;         ///< what it ends with at `ready_at`
  std::map<std::string, double> weights;  ///< shown until then, asked for by nobody
  std::string settled_revision;  ///< the alias's RevisionId from then on, where weights were
};

/// An alias, and what Invoke goes by until a change of it has reached the data plane.
struct AliasEntry {
  Alias alias;
  std::optional<Alias> before;
  Time effective_at{};
  std::optional<Provisioned> provisioned;
};

struct Policy {
  std::string revision_id;
  json::Array statements;
};

struct Function {
  std::string name;
  Record latest;
  /// The record that runs while an update of `latest` is under way.
  std::optional<Record> in_force;
  std::map<std::int64_t, Record> versions;
  bool updated_since_publish = true;
  std::map<std::string, AliasEntry, std::less<>> aliases;
  std::map<std::string, std::string, std::less<>> tags;
  std::optional<std::int64_t> reserved_concurrency;
  std::map<std::string, Policy, std::less<>> policies;   ///< by qualifier, "" for the function
  std::map<std::string, json::Value, std::less<>> urls;  ///< likewise
};

struct Mapping {
  json::Value configuration;  ///< as answered, without State
  Time enabled_at{};
};

/// One (account, Region).
struct Data {
  std::string account, region;
  std::map<std::string, Function, std::less<>> functions;
  /// The highest version number ever given under a name: numbers outlive even the function.
  std::map<std::string, std::int64_t, std::less<>> last_versions;
  std::int64_t last_edition = 0;
  std::map<std::string, Mapping, std::less<>> mappings;      ///< event sources, by UUID
  std::map<std::string, std::uint64_t, std::less<>> layers;  ///< version ARN → CodeSize
  std::map<std::string, int, std::less<>> role_refusals;  ///< role → how often yet; every role seen
  std::map<std::string, std::deque<Failure>, std::less<>> programmed_failures;

  std::string function_arn(std::string_view function, std::string_view qualifier = {}) const;
  /// What the next create or update of that function ends with; takes it off the queue.
  std::optional<Failure> take_failure(std::string_view function);
};

/// Moves on whatever is due at `now`: Pending → Active or Failed, InProgress → Successful, or
/// Failed with the record from before in force again (Lambda developer guide, function states). A
/// function may have thousands of versions: each is settled when it is looked at.
void settle(Function& function, Time now);
void settle(Record& record, Time now);

std::string_view name_of(State state);
std::string_view name_of(Update update);

json::Value to_json(Data const& data);
/// The error says what of the snapshot does not hold together.
std::expected<Data, std::string> data_from_json(json::Value const& snapshot);

}  // namespace sluice::local::lambda
