#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/services.hpp"
#include "plan/plan.hpp"
#include "store/packages.hpp"

namespace sluice::cli {

/// Copies the folders and zips that a plan names into the store's packages, so that a change of the
/// folder changes nothing any more, and puts their hash and size into the plan. Every package that
/// is missing, broken or too large is reported, not only the first: invalid_input, and nothing may
/// be started. Paths are relative to `folder`.
Result<void> store_packages(plan::Plan& plan, std::filesystem::path const& folder,
                            store::Packages& packages);

/// --package s3://bucket/key=PATH.
struct GivenObject {
  std::string bucket, key, path;
  std::string url() const { return "s3://" + bucket + "/" + key; }
};
Result<std::vector<GivenObject>> given_objects(std::vector<std::string> const& values);

/// Puts the objects into the S3 of the local endpoint, for every account of the plan's targets that
/// needs one, and makes the buckets.
Result<void> put_objects(std::vector<GivenObject> const& objects, plan::Plan const& plan,
                         engine::Services& services);

/// Makes the buckets that releases name as `staging` where the local S3 does not have them. Answers
/// those it made.
Result<std::vector<std::string>> make_staging_buckets(plan::Plan const& plan,
                                                      engine::Services& services);

/// Objects that releases name and that are not in the local S3: an error that says how to supply
/// them.
Result<void> check_objects(plan::Plan const& plan, engine::Services& services);

}  // namespace sluice::cli
