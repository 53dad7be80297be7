#pragma once

#include <optional>
#include <string>

#include "cli/invocation.hpp"
#include "cli/load_run.hpp"
#include "engine/services.hpp"

namespace sluice::cli {

/// For commands that only read AWS: services of the line's settings, without the journal.
class ReadAccess {
 public:
  static Result<std::unique_ptr<ReadAccess>> open(Invocation& invocation,
                                                  server::AwsSettings const& settings);
  engine::Services& services() { return *opened_.services; }
  store::Packages& packages() { return *packages_; }

 private:
  ReadAccess() = default;
  std::unique_ptr<store::Packages> packages_;
  std::unique_ptr<server::ServicesFactory> factory_;
  server::OpenedServices opened_;
};

/// The target that a line's --region, or an ARN's, means.
plan::Target target_for(FunctionName const& name, server::AwsSettings const& settings);

/// `sluice get FUNCTION[:ALIAS]`.
int get_function(Invocation& invocation, std::string const& what);

}  // namespace sluice::cli
