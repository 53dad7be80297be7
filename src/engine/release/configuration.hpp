#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace sluice::engine {

/// Which of the declared members (CreateFunction's names) differ from a live record, after AWS's
/// own normalisation of what it reads back (Lambda API, UpdateFunctionConfiguration). Members that
/// are not declared never differ. Architectures is left out: it goes with the code. Pure.
std::vector<std::string> differing_members(json::Value const& declared, json::Value const& live);

/// Whether the declared architecture is another one than the live record's.
bool architecture_differs(json::Value const& declared, json::Value const& live);

/// Why an alias could not split its traffic between a version with the live record and one with the
/// declared members on top: another execution role or dead-letter target (Lambda API, alias
/// routing).
std::optional<std::string> why_not_splittable(json::Value const& declared, json::Value const& live);

/// One line per difference for people: "MemorySize: 128 → 256". Environment values are never shown.
std::vector<std::string> describe_differences(json::Value const& declared, json::Value const& live);

/// A hash of code and everything that UpdateFunctionConfiguration can set: equal hashes, equal
/// content. For comparing `$LATEST` with itself at another time.
std::string fingerprint(json::Value const& record);
/// The same without the description, which PublishVersion can give to the version alone (Lambda
/// API, PublishVersion): for comparing a version with `$LATEST`.
std::string frozen_fingerprint(json::Value const& record);

/// The members of `record` that UpdateFunctionConfiguration takes, in the form it takes them: what
/// brings another version to this record's configuration. Absent ones are given their clearing
/// form.
json::Value restoring_configuration(json::Value const& record);

}  // namespace sluice::engine
