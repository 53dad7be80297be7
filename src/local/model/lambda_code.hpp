#pragma once

#include "local/model/lambda_call.hpp"

namespace sluice::local::lambda {

enum class Keep { yes, no };

/// The code a request names: ZipFile, an S3 object or an image, whichever fits the package type.
/// `Keep::no` validates and hashes only (DryRun). `source` is the request's object that holds the
/// members (CreateFunction: Code).
Outcome<Code> resolve_code(Call const& call, json::Value const& source, bool is_image, Keep keep);

/// 400 CodeStorageExceededException when `more` bytes do not fit the Region's quota.
Outcome<void> check_storage(Call const& call, std::uint64_t more);

/// Bytes of all functions and versions.
std::uint64_t stored_bytes(Data const& data);

}  // namespace sluice::local::lambda
