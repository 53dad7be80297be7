#pragma once

#include "dialect/compile.hpp"

namespace sluice::dialect {

/// AppSpec files of AWS CodeDeploy for functions (docs/reference/codedeploy.md).
Dialect const& codedeploy_dialect();

/// Reports the options of AppSpec files where another form of file is read: they would mean
/// nothing there.
void refuse_app_spec_options(AppSpecOptions const& options, config::Diagnostics& diagnostics);

}  // namespace sluice::dialect
