#pragma once

#include "dialect/compile.hpp"

namespace sluice::dialect {

/// Sluice's own form of a release file (docs/reference/native.md). Lives as long as the program.
Dialect const& native_dialect();

}  // namespace sluice::dialect
