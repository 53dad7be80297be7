#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "config/diagnostic.hpp"

namespace sluice::config {

/// What libyaml says about text it cannot read; places are bytes.
struct YamlFault {
  std::string problem;
  std::string context;
  std::size_t at = 0;
  std::optional<std::size_t> context_at;
  bool control_character = false;
};

/// The same for the person who wrote the text: what is wrong, where, and what was probably meant.
Diagnostic explain_yaml_error(YamlFault const& fault, SourcePtr const& source);

void refuse_empty(Diagnostics& diagnostics, SourcePtr const& source);

}  // namespace sluice::config
