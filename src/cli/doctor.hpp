#pragma once

#include <string>
#include <vector>

#include "cli/invocation.hpp"

namespace sluice::cli {

/// One thing that was looked at.
struct Check {
  enum class Outcome { good, warning, failed };
  std::string name;
  Outcome outcome = Outcome::good;
  std::string found;
  std::string fix;  ///< of everything that is not good
};

std::string checks_text(std::vector<Check> const& checks, Style const& style);
json::Value checks_json(std::vector<Check> const& checks);

/// How far the machine's clock is from the time a server stated; AWS refuses signatures that are
/// more than five minutes off. Pure.
Check clock_check(Time ours, Time theirs);

}  // namespace sluice::cli
