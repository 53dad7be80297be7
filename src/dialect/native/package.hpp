#pragma once

#include <optional>
#include <string>

#include "config/document.hpp"
#include "plan/plan.hpp"

namespace sluice::dialect::native {

/// Where code comes from: a folder, x.zip, s3://bucket/key[?versionId=…], or a mapping with exactly
/// one of folder, zip, s3 (and version), image.
std::optional<plan::Package> read_package(config::Node const& node,
                                          config::Diagnostics& diagnostics);

/// A bucket with an optional prefix, "s3://bucket/prefix"; the answer is "bucket/prefix".
std::optional<std::string> read_staging(config::Node const& node, config::Diagnostics& diagnostics);

/// What read_package reads, as short as it can be said.
json::Value package_text(plan::Package const& package);

}  // namespace sluice::dialect::native
