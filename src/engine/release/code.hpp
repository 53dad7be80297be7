#pragma once

#include <optional>
#include <string>

#include "engine/services.hpp"
#include "engine/step.hpp"

namespace sluice::engine {

/// The code that a release declares, pinned: what the candidate's CodeSha256 must be, and the
/// members of a Code or UpdateFunctionCode request that bring exactly that.
struct WantedCode {
  std::string
      sha256;  ///< as CodeSha256; empty: known only from AWS's answer (a new image function)
  json::Value
      location;        ///< {"S3Bucket": …} or {"ImageUri": …}; null: `stored` bytes, or no package
  std::string stored;  ///< hash of a stored package, sent as ZipFile
};

/// Finds hash and pinned location: a stored package is known; an S3 object is pinned to its version
/// by HeadObject and its hash learnt by UpdateFunctionCode(DryRun), or by streaming the object
/// where there is no function yet; an image's digest by the same dry run.
std::expected<WantedCode, aws::CallError> pin_code(StepContext& context, TargetAws& aws,
                                                   bool function_exists);

json::Value to_json(WantedCode const& code);
WantedCode wanted_code(json::Value const& value);

/// Sends the code with `request` on top. Over 50 MB it goes through the staging bucket first.
aws::Answer<aws::FunctionRecord> send_update(StepContext& context, TargetAws& aws,
                                             WantedCode const& code, json::Value request);
aws::Answer<aws::FunctionRecord> send_create(StepContext& context, TargetAws& aws,
                                             WantedCode const& code, json::Value request);

/// The code of a published version, as something that can be sent again: fetched at this moment
/// from the presigned address of GetFunction (design E5).
Result<WantedCode> recover_code(StepContext& context, aws::FunctionDetails const& version);

/// `location` where it still brings the code with that hash (UpdateFunctionCode, DryRun); null
/// where it does not any more, or where there is none.
aws::Answer<json::Value> confirmed_origin(StepContext& context, TargetAws& aws,
                                          json::Value const& location, std::string const& sha256);

/// An S3 object that holds the code with that hash: one that an earlier run sent to the function
/// and that is still there. Null where none is known.
aws::Answer<json::Value> known_origin(StepContext& context, TargetAws& aws,
                                      std::string const& sha256);

/// "s3://bucket/prefix" taken apart.
struct Staging {
  std::string bucket, prefix;
};
Staging staging_of(std::string const& text);

}  // namespace sluice::engine
